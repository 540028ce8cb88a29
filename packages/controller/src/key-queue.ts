import type { Clock } from '@davit/domain';
import { BackOff } from './back-off.ts';
import type { BackOffOptions } from './back-off.ts';
import { systemClock } from './system-clock.ts';
import { TokenBucket } from './token-bucket.ts';

export interface QueueOptions {
  clock?: Clock;
  /** delay by key for `addRateLimited`; 5 ms doubling up to 5 minutes when absent */
  backOff?: BackOffOptions;
  /** all keys together, for `addRateLimited`; 10 a second with a burst of 100 when absent */
  overall?: { perSecond: number; burst: number };
  /** a newer `add` of a key being worked on aborts the running step's signal */
  abortRunning?: boolean;
  /** told how long a key was ready before it was taken */
  onWaited?: (ms: number) => void;
  /** told how long a key was worked on */
  onWorked?: (ms: number) => void;
}

/** Counters since the start, and levels right now. */
export interface QueueStats {
  /** keys ready and waiting */
  depth: number;
  /** keys being worked on */
  running: number;
  /** keys that will be added later */
  delayed: number;
  adds: number;
  retries: number;
  /** taken keys; `waitMs` is the time they spent ready in the queue, summed */
  taken: number;
  waitMs: number;
  /** finished steps; `workMs` is the time they took, summed */
  done: number;
  workMs: number;
  /** how long the keys being worked on have been at it: all together, and the longest */
  unfinishedMs: number;
  longestMs: number;
}

export interface TakenKey {
  key: string;
  /** aborts when `abortRunning` is on and the key was added again */
  signal: AbortSignal;
}

/** `soon` is served before `usual`, which still gets every fourth turn. */
export type Lane = 'soon' | 'usual';

const USUAL_TURN = 4;

/**
 * A set of keys waiting for work. A key waits at most once, and is never worked on twice at the same time:
 * one that is added while it runs is handed out again after `done`.
 */
export interface KeyQueue {
  /** Nothing after `close`. `soon`: somebody waits for it; it goes before most of the others. */
  add(key: string, lane?: Lane): void;
  /** Adds later; the earliest of several wins. `ms` ≤ 0 adds now. */
  addAfter(key: string, ms: number): void;
  /** Adds after the key's back-off, which grows by each call until `forget`. */
  addRateLimited(key: string): void;
  /** Ends the key's back-off; does not take it out of the queue. */
  forget(key: string): void;
  /** How many times in a row the key was added rate limited. */
  retries(key: string): number;
  /** Waits for a key; undefined after `close` or once the signal aborts. Call `done` for every key taken. */
  take(signal?: AbortSignal): Promise<TakenKey | undefined>;
  done(key: string): void;
  stats(): QueueStats;
  /** Drops everything that waits, now or for later, and all back-offs; what runs is not handed out again for it. */
  clear(): void;
  /** Drops everything that waits; `take` answers undefined from now on. */
  close(): void;
}

interface Running {
  since: number;
  dirty: boolean;
  /** the lane it is to wait in next */
  lane: Lane;
  abort: AbortController;
}

/** A queue with client-go's semantics. */
export function createQueue(options: QueueOptions = {}): KeyQueue {
  return new SetQueue(options);
}

class SetQueue implements KeyQueue {
  readonly #clock: Clock;
  readonly #backOff: BackOff;
  readonly #bucket: TokenBucket;
  readonly #options: QueueOptions;
  /** insertion order is the order of service; the value is when the key became ready */
  readonly #ready: Record<Lane, Map<string, number>> = { soon: new Map(), usual: new Map() };
  readonly #running = new Map<string, Running>();
  readonly #delayed = new Map<string, { at: number; cancel: () => void }>();
  readonly #waiters = new Set<() => void>();
  readonly #counts = { adds: 0, retries: 0, taken: 0, waitMs: 0, done: 0, workMs: 0 };
  #closed = false;

  constructor(options: QueueOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#backOff = new BackOff(options.backOff);
    const overall = options.overall ?? { perSecond: 10, burst: 100 };
    this.#bucket = new TokenBucket({ clock: this.#clock, ...overall });
    this.#options = options;
  }

  add(key: string, lane: Lane = 'usual'): void {
    if (this.#closed) return;
    const running = this.#running.get(key);
    if (running) return this.#addAgain(running, lane);
    const { soon, usual } = this.#ready;
    if (soon.has(key) || (lane === 'usual' && usual.has(key))) return;
    // it keeps the time since when it waits
    const since = usual.get(key);
    if (since === undefined) this.#counts.adds += 1;
    usual.delete(key);
    this.#enqueue(key, lane, since);
  }

  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) return this.add(key);
    const at = this.#clock.now() + ms;
    const waiting = this.#delayed.get(key);
    if (waiting && waiting.at <= at) return;
    waiting?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, cancel });
  }

  addRateLimited(key: string): void {
    this.#counts.retries += 1;
    this.addAfter(key, Math.max(this.#backOff.next(key), this.#bucket.reserve()));
  }

  forget(key: string): void {
    this.#backOff.forget(key);
  }

  retries(key: string): number {
    return this.#backOff.failures(key);
  }

  async take(signal?: AbortSignal): Promise<TakenKey | undefined> {
    while (!this.#closed && !signal?.aborted) {
      const next = this.#next();
      if (next) return this.#start(...next);
      await this.#wait(signal);
    }
    return undefined;
  }

  done(key: string): void {
    const running = this.#running.get(key);
    if (!running) return;
    this.#running.delete(key);
    this.#counts.done += 1;
    const ms = this.#clock.now() - running.since;
    this.#counts.workMs += ms;
    this.#options.onWorked?.(ms);
    if (running.dirty && !this.#closed) this.#enqueue(key, running.lane);
  }

  stats(): QueueStats {
    const ages = [...this.#running.values()].map(({ since }) => this.#clock.now() - since);
    return {
      unfinishedMs: ages.reduce((sum, ms) => sum + ms, 0),
      longestMs: Math.max(0, ...ages),
      depth: this.#ready.soon.size + this.#ready.usual.size,
      running: this.#running.size,
      delayed: this.#delayed.size,
      ...this.#counts,
    };
  }

  clear(): void {
    for (const lane of Object.values(this.#ready)) lane.clear();
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const running of this.#running.values()) running.dirty = false;
    this.#backOff.clear();
  }

  close(): void {
    this.#closed = true;
    this.clear();
    for (const wake of this.#waiters) wake();
  }

  #addAgain(running: Running, lane: Lane): void {
    if (!running.dirty) this.#counts.adds += 1;
    running.dirty = true;
    if (lane === 'soon') running.lane = lane;
    if (this.#options.abortRunning) running.abort.abort();
  }

  #enqueue(key: string, lane: Lane, since = this.#clock.now()): void {
    this.#ready[lane].set(key, since);
    // all of them: the first may be about to stop
    for (const wake of this.#waiters) wake();
  }

  #next(): [string, number] | undefined {
    const { soon, usual } = this.#ready;
    const [first] = this.#counts.taken % USUAL_TURN === 0 ? usual : soon;
    return first ?? soon.entries().next().value ?? usual.entries().next().value;
  }

  #start(key: string, readySince: number): TakenKey {
    const since = this.#clock.now();
    for (const lane of Object.values(this.#ready)) lane.delete(key);
    this.#counts.taken += 1;
    this.#counts.waitMs += since - readySince;
    this.#options.onWaited?.(since - readySince);
    const abort = new AbortController();
    this.#running.set(key, { since, dirty: false, lane: 'usual', abort });
    return { key, signal: abort.signal };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
