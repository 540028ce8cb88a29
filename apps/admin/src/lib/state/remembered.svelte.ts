/** A choice between yes and no that this browser remembers; no at first. */
export class Remembered {
  #on: boolean = $state(false);
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
    this.#on = localStorage.getItem(key) === 'on';
  }

  get on(): boolean {
    return this.#on;
  }

  set on(value: boolean) {
    this.#on = value;
    if (value) localStorage.setItem(this.#key, 'on');
    else localStorage.removeItem(this.#key);
  }
}
