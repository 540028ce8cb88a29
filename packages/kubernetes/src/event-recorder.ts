import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { systemClock, TokenBucket } from '@davit/controller';
import type { KubeHttp } from './kube-http.ts';
import type { KubeObject } from './kube-object.ts';
import { resourcePath } from './resource-path.ts';

export interface EventRecorderOptions {
  http: KubeHttp;
  /** who says so: the component in `kubectl get events` */
  component: string;
  instance: string;
  /** asked before every write; where it says no, the event is dropped */
  allowed?: () => boolean;
  clock?: Clock;
  logger?: Logger;
}

export interface EventDetails {
  type: 'Normal' | 'Warning';
  /** UpperCamel */
  reason: string;
  message: string;
}

interface Recorded {
  name: string;
  count: number;
  at: number;
}

const EVENTS = { apiVersion: 'v1', plural: 'events' };
/** The API server forgets events after an hour; a count is continued only while the event is surely there. */
const SAME_EVENT_MS = 30 * 60_000;
const MAX_REMEMBERED = 2_000;
const MAX_MESSAGE = 1_024;

/**
 * Events on objects. The same event again counts up the first one instead of adding another; warnings of one reason
 * are the same, and the newest says how it stands. Best effort: a failure is logged, nothing waits, and beyond 10 a
 * second (burst 100) events are dropped.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #recorded = new Map<string, Recorded>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#bucket = new TokenBucket({ clock: this.#clock, perSecond: 10, burst: 100 });
  }

  record(object: KubeObject, details: EventDetails): void {
    if (this.#bucket.reserve() > 1_000) return;
    this.#last = this.#last.then(() => this.#write(object, details));
  }

  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void> {
    return this.#last;
  }

  async #write(object: KubeObject, details: EventDetails): Promise<void> {
    if (this.#options.allowed?.() === false) return;
    const key = eventKey(object, details);
    const now = this.#clock.now();
    const known = this.#recorded.get(key);
    try {
      if (
        known &&
        now - known.at < SAME_EVENT_MS &&
        (await this.#countUp(object, { known, details }))
      )
        return;
      const name = `${object.metadata.name}.${key.slice(0, 8)}${now.toString(16)}`;
      await this.#create(object, details, name);
      this.#remember(key, { name, count: 1, at: now });
    } catch (error) {
      this.#options.logger?.log('debug', 'event not recorded', { reason: details.reason, error });
    }
  }

  /** False when the API server has forgotten the event. */
  async #countUp(
    object: KubeObject,
    { known, details }: { known: Recorded; details: EventDetails },
  ): Promise<boolean> {
    known.count += 1;
    known.at = this.#clock.now();
    const namespace = namespaceOf(object);
    const path = resourcePath(EVENTS, { namespace, name: known.name });
    const message = shortMessage(details);
    const body = { count: known.count, lastTimestamp: timestamp(known.at), message };
    try {
      await this.#options.http.patch(path, body, { type: 'merge' });
      return true;
    } catch (error) {
      if (AppError.is(error, 'not_found')) return false;
      throw error;
    }
  }

  async #create(object: KubeObject, details: EventDetails, name: string): Promise<void> {
    const { http, component, instance } = this.#options;
    const namespace = namespaceOf(object);
    const { metadata } = object;
    const time = timestamp(this.#clock.now());
    await http.create(resourcePath(EVENTS, { namespace }), {
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      type: details.type,
      reason: details.reason,
      message: shortMessage(details),
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    });
  }

  #remember(key: string, recorded: Recorded): void {
    this.#recorded.delete(key);
    this.#recorded.set(key, recorded);
    if (this.#recorded.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#recorded.keys()) {
      this.#recorded.delete(oldest);
      return;
    }
  }
}

function eventKey(object: KubeObject, { type, reason, message }: EventDetails): string {
  // of what goes wrong the details change: how often, on how many nodes
  const what = type === 'Warning' ? [reason] : [reason, message];
  const parts = [object.metadata.uid, object.kind, object.metadata.name, type, ...what];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const shortMessage = ({ message }: EventDetails): string => message.slice(0, MAX_MESSAGE);

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default';
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
