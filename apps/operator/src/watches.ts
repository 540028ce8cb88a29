/** Which watches are connected; of each kind there is one for each namespace that is worked in. */
export class Watches {
  readonly #connected = new Map<string, Map<string, boolean>>();

  tell({ kind, namespace }: { kind: string; namespace: string }, connected: boolean): void {
    const ofKind = this.#connected.get(kind) ?? new Map<string, boolean>();
    this.#connected.set(kind, ofKind.set(namespace, connected));
  }

  /** A kind is connected where all of its watches are. */
  kinds(): { kind: string; connected: boolean }[] {
    return [...this.#connected].map(([kind, of]) => ({
      kind,
      connected: [...of.values()].every(Boolean),
    }));
  }
}
