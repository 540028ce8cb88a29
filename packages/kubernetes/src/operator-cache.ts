import { AppError } from '@davit/domain';
import type { Clock, ClusterObject, Logger } from '@davit/domain';
import type { KubeHttp } from './kube-http.ts';
import type { KubeObject } from './kube-object.ts';
import { ObjectPacker } from './packed-object.ts';
import type { PackedObject } from './packed-object.ts';
import { Reflector } from './reflector.ts';
import type { Change } from './reflector.ts';
import { resourcePath } from './resource-path.ts';
import { RESOURCES } from './resource-types.ts';
import type { KnownKind } from './resource-types.ts';
import { concerns, rolloutsOf } from './rollouts-of.ts';
import { keyOf, Store } from './store.ts';
import type { StoreEntry } from './store.ts';
import { Turns } from './turns.ts';

export interface OperatorCacheOptions {
  http: KubeHttp;
  /** watch only these; all namespaces when empty */
  namespaces: readonly string[];
  /** kinds of children to cache: objects that carry `ownerLabel` */
  childKinds: readonly KnownKind[];
  /** kinds to cache whole, because some that matter carry no label */
  wholeKinds: readonly KnownKind[];
  /** kinds of children that come with extensions the cluster may lack */
  optionalKinds: readonly KnownKind[];
  /** children carry it, with the Rollout's name as value */
  ownerLabel: string;
  /** A Rollout `namespace/name`, or one of its children, changed; `asked`: something else is asked for. */
  onChange: (key: string, asked: boolean) => void;
  /** the watch of a kind in a namespace ('' = all) began or broke */
  onState?: (watch: { kind: string; namespace: string }, state: { connected: boolean }) => void;
  logger?: Logger;
  clock?: Clock;
}

/** A page takes far more memory than what is kept of it, and what was taken once is hardly given back. */
const PAGE = 200;
const LISTS_AT_ONCE = 2;

interface Cache {
  store: Store<PackedObject>;
  packer: ObjectPacker;
}
type Watcher = Reflector<KubeObject, PackedObject>;

/** The operator's view of a cluster: what there is of each kind, kept up to date, in little memory. */
export class OperatorCache {
  readonly #options: OperatorCacheOptions;
  readonly #caches = new Map<string, Cache>();
  /** by kind and namespace ('' = all) */
  readonly #watchers = new Map<string, Watcher>();
  readonly #turns = new Turns(LISTS_AT_ONCE);
  /** optional kinds the API server does not have */
  readonly #missing = new Set<string>();

  constructor(options: OperatorCacheOptions) {
    this.#options = options;
    for (const kind of this.#kinds()) this.#open(kind);
  }

  /** True once all caches are filled; false when `run` ended before. */
  async synced(): Promise<boolean> {
    const all = await Promise.all([...this.#watchers.values()].map((watcher) => watcher.synced));
    return all.every(Boolean);
  }

  /** Keeps the caches up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#watchers.values()].map((watcher) => watcher.run(signal)));
  }

  /** Keys of all cached Rollouts. */
  keys(): string[] {
    return [...this.#cache('Rollout').store.keys()];
  }

  rollout(key: string): ClusterObject | undefined {
    return find(this.#cache('Rollout'), key);
  }

  /** Where every Rollout stands, by its own status. */
  *phases(): Generator<{ namespace: string; name: string; phase: string }> {
    for (const { key, value } of this.#cache('Rollout').store.entries()) {
      const [namespace = '', name = ''] = key.split('/');
      yield { namespace, name, phase: value.phase ?? 'Pending' };
    }
  }

  /** Objects that carry the Rollout's label or its ownerReference. */
  children(rollout: ClusterObject): ClusterObject[] {
    const key = keyOf(rollout.metadata);
    const kinds = this.#kinds().filter((kind) => kind !== 'Rollout');
    const about = kinds.flatMap((kind) => {
      const { store, packer } = this.#cache(kind);
      return store.by('rollout', key).map((entry) => packer.unpack(entry));
    });
    return about.filter((object) => concerns(object, rollout, this.#options.ownerLabel));
  }

  find({ kind, metadata }: ClusterObject): ClusterObject | undefined {
    return find(this.#caches.get(kind), keyOf(metadata));
  }

  /** What is cached of it, as it is. */
  entry({ kind, metadata }: ClusterObject): StoreEntry<PackedObject> | undefined {
    return this.#caches.get(kind)?.store.get(keyOf(metadata));
  }

  serves(kind: string): boolean {
    return !this.#missing.has(kind);
  }

  /** What a write answered: no need to wait for the watch to tell. `quiet`: the writer knows what to make of it. */
  observe(object: ClusterObject, answer: KubeObject, how: { quiet?: boolean } = {}): void {
    const namespace = object.metadata.namespace ?? '';
    const { kind } = object;
    const watcher = this.#watchers.get(`${kind}/`) ?? this.#watchers.get(`${kind}/${namespace}`);
    watcher?.observe(answer, how);
  }

  #kinds(): KnownKind[] {
    const { childKinds, wholeKinds, optionalKinds } = this.#options;
    return [...new Set<KnownKind>(['Rollout', ...childKinds, ...wholeKinds, ...optionalKinds])];
  }

  #open(kind: KnownKind): void {
    const { http, namespaces, optionalKinds, ownerLabel, onState, logger, clock } = this.#options;
    const whole = kind === 'Rollout' || this.#options.wholeKinds.includes(kind);
    const store = new Store<PackedObject>({ rollout: ({ value }) => value.about });
    const type = RESOURCES[kind];
    const about = (object: ClusterObject): string[] =>
      kind === 'Rollout' ? [] : rolloutsOf(object, ownerLabel).map((key) => this.#shared(key));
    const packer = new ObjectPacker({ type, about });
    this.#caches.set(kind, { store, packer });
    for (const namespace of namespaces.length === 0 ? [''] : namespaces) {
      const watcher: Watcher = new Reflector({
        http,
        path: resourcePath(type, namespace === '' ? {} : { namespace }),
        ...(whole ? {} : { labelSelector: ownerLabel }),
        store,
        pageSize: PAGE,
        turns: this.#turns,
        project: (object) => packer.pack(object),
        onChange: (change) => this.#changed(kind, change),
        onState: (state) => onState?.({ kind, namespace }, state),
        ...(optionalKinds.includes(kind)
          ? { onServed: (served: boolean) => this.#served(kind, served) }
          : {}),
        ...(logger ? { logger } : {}),
        ...(clock ? { clock } : {}),
      });
      this.#watchers.set(`${kind}/${namespace}`, watcher);
    }
  }

  /** The same text, of which there need not be one for each child. */
  #shared(key: string): string {
    return this.#cache('Rollout').store.get(key)?.key ?? key;
  }

  /** An extension came or went: whoever asks for its kind is looked at again. */
  #served(kind: KnownKind, served: boolean): void {
    const changed = served ? this.#missing.delete(kind) : !this.#missing.has(kind);
    if (!served) this.#missing.add(kind);
    if (changed) for (const key of this.keys()) this.#options.onChange(key, false);
  }

  #changed(kind: KnownKind, { type, entry, previous }: Change<PackedObject>): void {
    if (type === 'modified' && previous?.value.packed === entry.value.packed) return;
    if (kind === 'Rollout') return this.#options.onChange(entry.key, isAsked(entry, previous));
    // a child that lost its label is missing where it was
    const keys = [...entry.value.about, ...(previous?.value.about ?? [])];
    // anybody in the namespace may use what belongs to nobody, such as a shared ServiceAccount
    if (keys.length === 0) keys.push(...this.#neighbours(entry.key));
    for (const key of new Set(keys)) this.#options.onChange(key, false);
  }

  #neighbours(key: string): string[] {
    const namespace = key.slice(0, key.indexOf('/') + 1);
    return this.keys().filter((other) => other.startsWith(namespace));
  }

  #cache(kind: string): Cache {
    const cache = this.#caches.get(kind);
    if (!cache) throw new AppError('internal', `No cache of kind ${kind}.`);
    return cache;
  }
}

function find(cache: Cache | undefined, key: string): ClusterObject | undefined {
  const entry = cache?.store.get(key);
  return entry && cache?.packer.unpack(entry);
}

/** A new Rollout, or a new spec: what somebody waits for. */
function isAsked(
  entry: StoreEntry<PackedObject>,
  previous: StoreEntry<PackedObject> | undefined,
): boolean {
  return entry.value.generation !== previous?.value.generation;
}
