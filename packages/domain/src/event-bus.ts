import type { RolloutObservation } from './rollout-driver.ts';

export const RECORD_ACTIONS = ['create', 'update', 'delete'] as const;
export type RecordAction = (typeof RECORD_ACTIONS)[number];

export interface Events {
  /** the newest observation of a deployment changed */
  'rollout.observed': RolloutObservation;
  /** the engine became reachable or went away */
  'engine.state': { connected: boolean; message: string };
}
export type EventName = keyof Events;

/** In process, bounded: a listener that falls behind is dropped and told, never waited for. */
export interface EventBus {
  publish<N extends EventName>(name: N, event: Events[N]): void;
  /**
   * Events from now on, until the signal. Ends early with `unavailable` when more than `limit` (default 1,000)
   * are waiting.
   */
  subscribe<N extends EventName>(
    name: N,
    options: { signal: AbortSignal; limit?: number },
  ): AsyncIterable<Events[N]>;
}
