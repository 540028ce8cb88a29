import { sleep } from '@davit/controller';
import { toAppError } from '@davit/domain';
import type { DeploymentRef, DriverEvent } from '@davit/domain';
import type { PlatformParts } from './parts.ts';
import type { StatusBoard } from './status-board.ts';

const RETRY_MS = 2_000;

export interface ObserverOptions {
  parts: PlatformParts;
  board: StatusBoard;
  /** the engine no longer holds what it should: look again */
  onLost(ref: DeploymentRef): void;
}

/** Brings what the driver sees to the board, until the signal; a watch that ends is begun anew. */
export async function observe(options: ObserverOptions, signal: AbortSignal): Promise<void> {
  const { board, parts } = options;
  while (!signal.aborted) {
    try {
      for await (const event of parts.driver.watch({ signal })) take(event, options);
    } catch (error) {
      if (!signal.aborted) board.connection(false, toAppError(error).message);
    }
    await sleep(parts.clock, RETRY_MS, signal);
  }
}

function take(event: DriverEvent, options: ObserverOptions): void {
  const { board } = options;
  switch (event.type) {
    case 'observed':
      return board.observe(event.observation);
    case 'removed':
      board.gone(event.ref);
      return options.onLost(event.ref);
    case 'synced':
      return board.connection(true, '');
    case 'disconnected':
      return board.connection(false, event.message);
  }
}
