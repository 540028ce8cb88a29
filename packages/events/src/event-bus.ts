import type { EventBus, EventName, Events } from '@davit/domain';
import { Subscription } from './subscription.ts';

const DEFAULT_LIMIT = 1000;

/** An in-process bus. Publishing never waits and never throws. */
export function createEventBus(): EventBus {
  const subscriptions = new Map<EventName, Set<Subscription<unknown>>>();
  return {
    publish(name, event) {
      for (const subscription of subscriptions.get(name) ?? []) subscription.push(event);
    },
    subscribe<N extends EventName>(name: N, options: { signal: AbortSignal; limit?: number }) {
      const listeners = subscriptions.get(name) ?? new Set();
      subscriptions.set(name, listeners);
      const subscription = new Subscription<Events[N]>({
        signal: options.signal,
        limit: options.limit ?? DEFAULT_LIMIT,
        onEnd: () => listeners.delete(subscription as Subscription<unknown>),
      });
      if (!options.signal.aborted) listeners.add(subscription as Subscription<unknown>);
      return subscription;
    },
  };
}
