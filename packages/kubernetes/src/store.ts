import type { KubeMeta } from './kube-object.ts';

/** What a cache keeps of an object: where it is, which one it is, and a projection of it. */
export interface StoreEntry<P> {
  /** `namespace/name`; `/name` for objects without a namespace */
  key: string;
  uid: string;
  resourceVersion: string;
  value: P;
}

export type Indexer<P> = (entry: StoreEntry<P>) => readonly string[];

/** Most values lead to one entry, and a set for one costs more than what it holds. */
type Keys = string | Set<string>;

/** Cached objects by key, and by the values of named indexes. */
export class Store<P> {
  readonly #entries = new Map<string, StoreEntry<P>>();
  readonly #indexers: Readonly<Record<string, Indexer<P>>>;
  readonly #indexes = new Map<string, Map<string, Keys>>();

  constructor(indexers: Readonly<Record<string, Indexer<P>>> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): StoreEntry<P> | undefined {
    return this.#entries.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  entries(): IterableIterator<StoreEntry<P>> {
    return this.#entries.values();
  }

  /** Entries whose indexer answered `value`. */
  by(index: string, value: string): StoreEntry<P>[] {
    const keys = this.#indexes.get(index)?.get(value) ?? [];
    const all = typeof keys === 'string' ? [keys] : [...keys];
    return all.flatMap((key) => this.#entries.get(key) ?? []);
  }

  set(entry: StoreEntry<P>): void {
    this.delete(entry.key);
    this.#entries.set(entry.key, entry);
    for (const [index, value] of this.#indexed(entry)) {
      index.set(value, withKey(index.get(value), entry.key));
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    for (const [index, value] of this.#indexed(entry)) {
      const keys = index.get(value);
      if (keys instanceof Set) keys.delete(key);
      if (keys === key || (keys instanceof Set && keys.size === 0)) index.delete(value);
    }
  }

  *#indexed(entry: StoreEntry<P>): Generator<[Map<string, Keys>, string]> {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name);
      if (index) for (const value of indexer(entry)) yield [index, value];
    }
  }
}

function withKey(keys: Keys | undefined, key: string): Keys {
  if (keys === undefined || keys === key) return key;
  return typeof keys === 'string' ? new Set([keys, key]) : keys.add(key);
}

/** `namespace/name` */
export function keyOf(metadata: Pick<KubeMeta, 'name' | 'namespace'>): string {
  // joined, not concatenated: a concatenation keeps its parts in memory, too
  return [metadata.namespace ?? '', metadata.name].join('/');
}
