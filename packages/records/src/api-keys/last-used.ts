import type { Clock, Logger } from '@davit/domain';
import { formatDate } from '../fields/date.ts';

const WRITE_MS = 60_000;

export interface LastUsedOptions {
  clock: Clock;
  logger: Logger;
  /** date by key */
  write(dates: ReadonlyMap<string, string>): Promise<void>;
}

/** When keys were used last: noted at each request, written once a minute. */
export class LastUsed {
  readonly #options: LastUsedOptions;
  #waiting = new Map<string, string>();
  #cancel: (() => void) | undefined;

  constructor(options: LastUsedOptions) {
    this.#options = options;
  }

  note(id: string): void {
    const { clock } = this.#options;
    this.#waiting.set(id, formatDate(clock.now()));
    this.#cancel ??= clock.after(WRITE_MS, () => void this.flush());
  }

  of(id: string): string | undefined {
    return this.#waiting.get(id);
  }

  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#waiting.size === 0) return;
    const dates = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#options.write(dates);
    } catch (error) {
      this.#options.logger.log('warn', 'the last use of API keys was not written', { error });
    }
  }
}
