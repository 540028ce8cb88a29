import { sleep } from '@davit/controller';
import { toAppError } from '@davit/domain';
import type { DriverContext } from './context.ts';

/**
 * Asks the edge from time to time, until the signal: one that was replaced or lost its table gets it again. `onBack` is
 * told when it answers after it did not.
 */
export async function keepRoutes(
  { routes, clock, times, logger }: DriverContext,
  { signal, onBack }: { signal: AbortSignal; onBack: () => void },
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    try {
      await routes.verify(signal);
      if (told !== '') onBack();
      told = '';
    } catch (error) {
      if (signal.aborted) return;
      const { message } = toAppError(error);
      if (message !== told) logger.log('warn', 'the edge does not answer', { error });
      told = message;
    }
    await sleep(clock, times.edgeMs, signal);
  }
}
