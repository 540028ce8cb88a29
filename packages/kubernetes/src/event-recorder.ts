import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { sleep, systemClock } from '@davit/controller';
import { EventLimit } from './event-limit.ts';
import type { KubeHttp } from './kube-http.ts';
import type { KubeMeta, KubeObject } from './kube-object.ts';
import { RecentMap } from './recent-map.ts';
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

/** One that waits for its turn: what it is about, not the object itself. */
interface Waiting {
  about: Reference;
  details: EventDetails;
}

const EVENTS = { apiVersion: 'v1', plural: 'events' };
/** The API server forgets events after an hour; a count is continued only while the event is surely there. */
const SAME_EVENT_MS = 30 * 60_000;
const MAX_REMEMBERED = 2_000;
const MAX_MESSAGE = 1_024;
/** An API server that is slower than the events come gets the first ones. */
const MAX_WAITING = 200;

/**
 * Events on objects. The same event again counts up the first one instead of adding another; warnings of one reason
 * are the same, and the newest says how it stands. Best effort: a failure is logged, nothing waits, and more than a
 * reader could take in are dropped (`EventLimit`).
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #limit: EventLimit;
  readonly #recorded = new RecentMap<Recorded>(MAX_REMEMBERED);
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#limit = new EventLimit(this.#clock);
  }

  /** how many are recorded and not written yet */
  get waiting(): number {
    return this.#waiting.length;
  }

  record(object: KubeObject, details: EventDetails): void {
    if (this.#waiting.length >= MAX_WAITING || !this.#limit.take(idOf(object.metadata))) return;
    const message = details.message.slice(0, MAX_MESSAGE);
    this.#waiting.push({ about: referenceTo(object), details: { ...details, message } });
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything recorded so far was written or given up; what is left after `ms` is given up. */
  async flush(ms: number): Promise<void> {
    const enough = new AbortController();
    const late = sleep(this.#clock, ms, enough.signal);
    await Promise.race([this.#writing, late]);
    enough.abort();
    this.#waiting.splice(0);
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#write(next);
    }
    this.#writing = undefined;
  }

  async #write({ about, details }: Waiting): Promise<void> {
    if (this.#options.allowed?.() === false) return;
    const key = eventKey(about, details);
    const now = this.#clock.now();
    const known = this.#recorded.get(key);
    try {
      const isRecent = known && now - known.at < SAME_EVENT_MS;
      if (isRecent && (await this.#countUp(about, { known, details }))) return;
      const name = `${about.name}.${key.slice(0, 8)}${now.toString(16)}`;
      await this.#create(about, details, name);
      this.#recorded.set(key, { name, count: 1, at: now });
    } catch (error) {
      this.#options.logger?.log('debug', 'event not recorded', { reason: details.reason, error });
    }
  }

  /** False when the API server has forgotten the event. */
  async #countUp(
    about: Reference,
    { known, details }: { known: Recorded; details: EventDetails },
  ): Promise<boolean> {
    known.count += 1;
    known.at = this.#clock.now();
    const namespace = namespaceOf(about);
    const path = resourcePath(EVENTS, { namespace, name: known.name });
    const { message } = details;
    const body = { count: known.count, lastTimestamp: timestamp(known.at), message };
    try {
      await this.#options.http.patch(path, body, { type: 'merge' });
      return true;
    } catch (error) {
      if (AppError.is(error, 'not_found')) return false;
      throw error;
    }
  }

  async #create(about: Reference, details: EventDetails, name: string): Promise<void> {
    const { http, component, instance } = this.#options;
    const namespace = namespaceOf(about);
    const time = timestamp(this.#clock.now());
    await http.create(resourcePath(EVENTS, { namespace }), {
      metadata: { name, namespace },
      involvedObject: about,
      ...details,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    });
  }
}

/** An event's `involvedObject`. */
interface Reference {
  apiVersion: string | undefined;
  kind: string | undefined;
  namespace: string | undefined;
  name: string;
  uid: string | undefined;
  resourceVersion: string | undefined;
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): Reference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

function eventKey({ uid, kind, name }: Reference, { type, reason, message }: EventDetails): string {
  // of what goes wrong the details change: how often, on how many nodes
  const what = type === 'Warning' ? [reason] : [reason, message];
  return createHash('sha256')
    .update(JSON.stringify([uid, kind, name, type, ...what]))
    .digest('hex');
}

function idOf({ uid, namespace = '', name }: KubeMeta): string {
  return uid ?? `${namespace}/${name}`;
}

function namespaceOf({ namespace = 'default' }: Reference): string {
  return namespace;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
