import type { WatchState } from './reflector.ts';

/** `served`: everything in it is known. `refused` and `granted`: a right is missing, or none is any more. */
export type NamespaceChange = 'served' | 'refused' | 'granted';

/**
 * The watches of one namespace ('' = all), one of each kind. What they cached counts only when all of them have listed:
 * what is missing from a half-filled cache would be made again, and what is stale in one removed.
 */
export class WatchedNamespace {
  readonly name: string;
  readonly #onChange: (change: NamespaceChange) => void;
  /** kinds that were not listed yet */
  readonly #missing = new Set<string>();
  /** why the API server refuses a kind */
  readonly #refused = new Map<string, string>();

  constructor(name: string, onChange: (change: NamespaceChange) => void) {
    this.name = name;
    this.#onChange = onChange;
  }

  /** Everything in it is known. It stays so: a watch that breaks later goes on from what it knew. */
  get served(): boolean {
    return this.#missing.size === 0;
  }

  /** What the API server says where rights are missing. */
  get refusal(): string | undefined {
    return this.#refused.values().next().value;
  }

  /** A watch of this kind begins; `synced` answers true when it has listed. */
  add(kind: string, synced: Promise<boolean>): void {
    this.#missing.add(kind);
    void synced.then((listed) => {
      if (!listed) return;
      this.#missing.delete(kind);
      if (this.served) this.#onChange('served');
    });
  }

  tell(kind: string, { connected, refused, message }: WatchState): void {
    const before = this.refusal !== undefined;
    if (refused) this.#refused.set(kind, message);
    // an API server that is away says nothing about rights
    if (connected) this.#refused.delete(kind);
    const after = this.refusal !== undefined;
    if (before !== after) this.#onChange(after ? 'refused' : 'granted');
  }
}
