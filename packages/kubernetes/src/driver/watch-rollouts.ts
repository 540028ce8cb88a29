import { isDeepStrictEqual } from 'node:util';
import type { DriverEvent } from '@davit/domain';
import type { RolloutCache } from './rollout-cache.ts';
import { Wake } from './wake.ts';

/**
 * What a cache holds, `synced`, then what changes. Only the newest state of each Rollout waits for a slow reader, so
 * that the queue is never longer than there are Rollouts.
 */
export async function* watchRollouts(
  cache: RolloutCache,
  signal: AbortSignal,
): AsyncGenerator<DriverEvent> {
  const wake = new Wake();
  const changed = new Set<string>();
  const known = new Set<string>();
  let told: DriverEvent | undefined;
  const ring = (): void => wake.ring();
  const stopListening = cache.listen({
    changed: (key) => {
      changed.add(key);
      wake.ring();
    },
    state: ring,
  });
  signal.addEventListener('abort', ring);
  void cache.start().then(ring);
  try {
    while (!signal.aborted) {
      if (cache.synced) yield* changes(cache, { changed, known });
      const said = connectionOf(cache);
      if (said !== undefined && !isDeepStrictEqual(said, told)) yield (told = said);
      if (!cache.synced || changed.size === 0) await wake.next();
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', ring);
  }
}

function connectionOf(cache: RolloutCache): DriverEvent | undefined {
  const { connected, message } = cache.state;
  // not even tried yet
  if (message === '') return undefined;
  if (!connected) return { type: 'disconnected', message };
  return cache.synced ? { type: 'synced' } : undefined;
}

function* changes(
  cache: RolloutCache,
  { changed, known }: { changed: Set<string>; known: Set<string> },
): Generator<DriverEvent> {
  if (known.size === 0) for (const key of cache.keys()) changed.add(key);
  for (const key of changed) {
    changed.delete(key);
    const observation = cache.observation(key);
    if (observation !== undefined) {
      known.add(key);
      yield { type: 'observed', observation };
    } else if (known.delete(key)) {
      const [projectId = '', deploymentId = ''] = key.split('/');
      yield { type: 'removed', ref: { projectId, deploymentId } };
    }
  }
}
