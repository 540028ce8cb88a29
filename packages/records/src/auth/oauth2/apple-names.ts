import type { Clock } from '@davit/domain';

const KEEP_MS = 60_000;
const MAX_NAME = 150;
const MAX_CODE = 1000;
const MAX_NAMES = 1000;

/** Apple tells a name once, to the browser, on its way back: kept by code until the sign-in asks for it. */
export class AppleNames {
  readonly #clock: Clock;
  readonly #names = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(code: string, user: string): void {
    const name = fullName(user);
    if (name === '' || code.length > MAX_CODE || this.#names.size >= MAX_NAMES) return;
    this.#names.set(code, name);
    this.#clock.after(KEEP_MS, () => this.#names.delete(code));
  }

  /** '' where none is known. */
  take(code: string): string {
    const name = this.#names.get(code) ?? '';
    this.#names.delete(code);
    return name;
  }
}

function fullName(user: string): string {
  try {
    const { name } = JSON.parse(user) as { name?: { firstName?: unknown; lastName?: unknown } };
    const parts = [name?.firstName, name?.lastName].filter((part) => typeof part === 'string');
    return parts.join(' ').slice(0, MAX_NAME).trim();
  } catch {
    return '';
  }
}
