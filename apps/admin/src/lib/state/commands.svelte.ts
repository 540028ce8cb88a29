import { untrack } from 'svelte';

export interface Command {
  label: string;
  /** heading it is listed under */
  group: string;
  /** more words it is found by */
  keywords?: string;
  shortcut?: string;
  run: () => void;
}

/** What the palette offers beyond the pages: each page adds its actions while it is shown. */
class Commands {
  paletteOpen: boolean = $state(false);
  shortcutsOpen: boolean = $state(false);
  #sets: Command[][] = $state.raw([]);
  all: Command[] = $derived(this.#sets.flat());

  /** Returns the removal, for an effect. */
  add(commands: Command[]): () => void {
    // the effect that adds must not depend on what others add
    this.#sets = [...untrack(() => this.#sets), commands];
    return () => {
      this.#sets = this.#sets.filter((set) => set !== commands);
    };
  }
}

export const commands: Commands = new Commands();
