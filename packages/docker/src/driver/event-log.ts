import { randomUUID } from 'node:crypto';
import type { Clock, DeploymentRef, EngineEvent } from '@davit/domain';
import { keyOf } from '../labels.ts';

const LIMIT = 300;

export interface NewEvent {
  type?: EngineEvent['type'];
  reason: string;
  message: string;
  object?: EngineEvent['object'];
}

/** The newest events of each deployment; an event that repeats is counted. */
export class EventLog {
  readonly #clock: Clock;
  readonly #events = new Map<string, EngineEvent[]>();
  readonly #listeners = new Set<(key: string, event: EngineEvent) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(ref: DeploymentRef, event: NewEvent): void {
    const key = keyOf(ref);
    const events = this.#events.get(key) ?? [];
    this.#events.set(key, events);
    const object = event.object ?? { kind: 'Rollout', name: ref.deploymentId };
    const time = new Date(this.#clock.now()).toISOString();
    const last = events.at(-1);
    const repeats =
      last?.reason === event.reason &&
      last.message === event.message &&
      last.object.name === object.name;
    const entry: EngineEvent = repeats
      ? { ...last, time, count: last.count + 1 }
      : { id: randomUUID(), time, type: 'Normal', count: 1, ...event, object };
    if (repeats) events.pop();
    events.push(entry);
    if (events.length > LIMIT) events.shift();
    for (const listener of this.#listeners) listener(key, entry);
  }

  /** Oldest first. */
  list(ref: DeploymentRef): EngineEvent[] {
    return [...(this.#events.get(keyOf(ref)) ?? [])];
  }

  forget(key: string): void {
    this.#events.delete(key);
  }

  listen(listener: (key: string, event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
