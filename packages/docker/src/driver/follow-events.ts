import type { DeploymentRef, EngineEvent } from '@davit/domain';
import { keyOf } from '../labels.ts';
import type { EventLog } from './event-log.ts';
import { Wake } from './wake.ts';

/** The events that are kept, oldest first, then new ones; of one that repeats while nobody reads the last counts. */
export async function* followEvents(
  ref: DeploymentRef,
  log: EventLog,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const wake = new Wake();
  const waiting = new Map(log.list(ref).map((event) => [event.id, event]));
  const ring = (): void => wake.ring();
  const stopListening = log.listen((key, event) => {
    if (key !== keyOf(ref)) return;
    waiting.delete(event.id);
    waiting.set(event.id, event);
    wake.ring();
  });
  signal.addEventListener('abort', ring);
  try {
    while (!signal.aborted) {
      const ready = [...waiting.values()];
      waiting.clear();
      yield* ready;
      if (waiting.size === 0) await wake.next();
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', ring);
  }
}
