import { sleep } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { missingFields } from './served-fields.ts';
import type { Schema } from './served-fields.ts';

export interface DefinitionCheckOptions {
  /** what the API server knows of Rollouts; throws AppErrors */
  served: (signal: AbortSignal) => Promise<Schema | undefined>;
  clock: Clock;
  logger: Logger;
}

const USUAL_MS = 10 * 60_000;
/** Somebody may be about to apply the right one. */
const SOON_MS = 60_000;

/**
 * Whether the definition of Rollouts is as new as this operator: with an older one the API server throws fields away
 * without a word.
 */
export class DefinitionCheck {
  readonly #options: DefinitionCheckOptions;
  #missing: readonly string[] = [];
  #lost: readonly string[] = [];

  constructor(options: DefinitionCheckOptions) {
    this.#options = options;
  }

  /** Paths that are thrown away, as far as is known. */
  get missing(): readonly string[] {
    return this.#missing.length > 0 ? this.#missing : this.#lost;
  }

  /** A status was written, and these fields of it were not kept: what is seen also where nothing may be read. */
  kept(lost: readonly string[]): void {
    this.#lost = lost.map((name) => `status.${name}`);
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#look(signal);
      await sleep(clock, this.missing.length > 0 ? SOON_MS : USUAL_MS, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { served, logger } = this.#options;
    try {
      const schema = await served(signal);
      this.#tell(schema ? missingFields(schema) : []);
    } catch (error) {
      if (signal.aborted) return;
      if (!AppError.is(error)) throw error;
      logger.log('debug', 'the definition of Rollouts was not looked at', { error });
    }
  }

  #tell(missing: readonly string[]): void {
    const { logger } = this.#options;
    const before = this.#missing;
    this.#missing = missing;
    if (missing.join() === before.join()) return;
    if (missing.length === 0) logger.log('info', 'the definition of Rollouts is up to date', {});
    else {
      const message = 'the definition of Rollouts is older than this operator: fields are lost';
      logger.log('warn', message, { count: missing.length, fields: missing.slice(0, 10) });
    }
  }
}
