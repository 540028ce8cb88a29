const KEY = 'davit_section';

/** Whether the list beside the rail is shown; remembered in this browser. */
class SectionState {
  #open = $state(localStorage.getItem(KEY) !== 'closed');

  get open(): boolean {
    return this.#open;
  }

  set open(value: boolean) {
    this.#open = value;
    localStorage.setItem(KEY, value ? 'open' : 'closed');
  }
}

export const section: SectionState = new SectionState();
