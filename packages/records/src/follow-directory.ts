import type { Clock, Logger } from '@davit/domain';
import { systemClock } from './system-clock.ts';

const EVERY_MS = 1000;

export interface FollowOptions {
  /** another number as soon as somebody else has written */
  version: () => number;
  /** what is kept in memory is read again */
  refresh: () => Promise<void>;
  logger: Logger;
  clock?: Clock;
}

/** Refreshes within a second of another process's writes, until it is stopped. */
export function followDirectory(options: FollowOptions): () => Promise<void> {
  const { version, refresh, logger, clock = systemClock } = options;
  let seen = version();
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    const now = version();
    if (now === seen) return;
    seen = now;
    try {
      await refresh();
    } catch (error) {
      seen = -1; // again next time
      logger.log('warn', 'what another process wrote was not read', { error: String(error) });
    }
  };
  const arm = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      running = look().then(() => {
        if (!isOver) arm();
      });
    });
  };
  arm();
  return async () => {
    isOver = true;
    cancel();
    await running;
  };
}
