import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { sleep, systemClock } from '@davit/controller';
import { isExpired } from './error.ts';
import type { KubeHttp, WatchEvent } from './kube-http.ts';
import type { KubeList, KubeObject } from './kube-object.ts';
import { keyOf } from './store.ts';
import type { Turns } from './turns.ts';
import { isNewer } from './version.ts';
import type { Store, StoreEntry } from './store.ts';

export interface Change<P> {
  type: 'added' | 'modified' | 'deleted';
  entry: StoreEntry<P>;
  /** what the cache held before; absent for `added` */
  previous?: StoreEntry<P>;
}

export interface WatchState {
  connected: boolean;
  message: string;
  /** the API server says no: rights are missing, and time alone will not bring them */
  refused: boolean;
}

export interface ReflectorOptions<T extends KubeObject, P> {
  http: KubeHttp;
  /** the list's path, from `resourcePath` */
  path: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** What the cache keeps of an object: as little as its readers need. */
  project: (object: T) => P;
  /** May be shared by reflectors of the same kind that see different objects (namespaces, selectors). */
  store: Store<P>;
  /** Called for every change, after the store has it. One that throws is logged and stops nothing. */
  onChange?: (change: Change<P>) => void;
  /** Whether a watch is open, whenever that changes, and with every new reason. */
  onState?: (state: WatchState) => void;
  /**
   * The kind may be missing in this API server: then nothing is cached, which counts as synced, and from time to time
   * it is looked for again. Called with every finding.
   */
  onServed?: (served: boolean) => void;
  logger?: Logger;
  clock?: Clock;
  random?: () => number;
  /** objects asked for at once; 500 when absent */
  pageSize?: number;
  /** shared with others, so that not all list at the same time */
  turns?: Turns;
  /** the server ends a watch after a time between these; 240–480 s when absent */
  watchSeconds?: { min: number; max: number };
  /** how long past its end a watch may hang before it is cut; 15 s when absent */
  graceMs?: number;
  /** wait after a failure, doubling; 0.8–30 s when absent */
  backOff?: { minMs: number; maxMs: number };
}

/** A watch that lasted this long did work, though nothing may have happened. */
const HEALTHY_MS = 5_000;
/** An extension that is installed later is noticed after this time. */
const MISSING_KIND_MS = 10_000;
/** Failures in a row after which the version is not trusted any more. */
const RELIST_AFTER = 3;

/**
 * Keeps a store equal to what the API server has: lists in pages, then watches, for as long as it runs. Any end of
 * the watch is followed by another one from the last version seen; a version that is too old by a new list, whose
 * differences (by uid: a recreated object is a deletion and an addition) are reported like watch events.
 */
export class Reflector<T extends KubeObject, P> {
  readonly #options: ReflectorOptions<T, P>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #synced = Promise.withResolvers<boolean>();
  /** keys this reflector put into the store, which others may share */
  readonly #keys = new Set<string>();
  #version = '';
  #failures = 0;
  #state = '';

  constructor(options: ReflectorOptions<T, P>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  /** True once the first list is in the store; false when `run` ended before. */
  get synced(): Promise<boolean> {
    return this.#synced.promise;
  }

  /** Until the signal aborts. Never rejects: failures go to `onState` and the log. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === '' && !(await this.#isListed(signal))) continue;
        if (!signal.aborted) await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) break;
        await this.#recover(error, signal);
      }
    }
    this.#synced.resolve(false);
  }

  /** What a write answered: the cache need not wait for the watch to tell. `quiet`: no change is reported. */
  observe(object: T, how: { quiet?: boolean } = {}): void {
    // before the first list there is nothing to be ahead of
    if (this.#version !== '') this.#put(object, how);
  }

  /** False when there is nothing to watch: the API server lacks the kind. */
  async #isListed(signal: AbortSignal): Promise<boolean> {
    const { onServed, turns } = this.#options;
    try {
      await (turns ? turns.take(() => this.#list(signal)) : this.#list(signal));
      onServed?.(true);
      return true;
    } catch (error) {
      if (!onServed || !AppError.is(error, 'not_found')) throw error;
      onServed(false);
      this.#report({ connected: true, message: 'not served', refused: false });
      this.#synced.resolve(true);
      await sleep(this.#clock, MISSING_KIND_MS, signal);
      return false;
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const seen = new Set<string>();
    let next: string | undefined;
    let version = '';
    do {
      const page = await this.#page(next, signal);
      signal.throwIfAborted();
      for (const item of page.items ?? []) seen.add(this.#put(item, { trusted: true }));
      version = page.metadata.resourceVersion ?? '';
      next = page.metadata.continue;
    } while (next);
    for (const key of [...this.#keys]) if (!seen.has(key)) this.#remove(key);
    this.#version = version;
    this.#synced.resolve(true);
  }

  async #page(next: string | undefined, signal: AbortSignal): Promise<KubeList<T>> {
    const { http, path, labelSelector, fieldSelector, pageSize = 500 } = this.#options;
    const query = { labelSelector, fieldSelector, limit: pageSize, continue: next };
    return http.get<KubeList<T>>(path, { query, signal });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { http, path, labelSelector, fieldSelector, graceMs = 15_000 } = this.#options;
    const { min, max } = this.#options.watchSeconds ?? { min: 240, max: 480 };
    const timeoutSeconds = Math.round(min + (max - min) * this.#random());
    const started = this.#clock.now();
    let taken = 0;
    const hang = new AbortController();
    const cancel = this.#clock.after(timeoutSeconds * 1000 + graceMs, () =>
      hang.abort(new AppError('timeout', 'A watch did not end when it should have.')),
    );
    try {
      const query = {
        labelSelector,
        fieldSelector,
        resourceVersion: this.#version,
        allowWatchBookmarks: true,
        timeoutSeconds,
      };
      const either = AbortSignal.any([signal, hang.signal]);
      const events = await http.watch(path, { query, signal: either });
      this.#report({ connected: true, message: 'connected', refused: false });
      for await (const event of events) {
        if (signal.aborted) return;
        this.#take(event);
        taken += 1;
      }
    } finally {
      cancel();
    }
    const lasted = this.#clock.now() - started;
    // a proxy that ends every watch at once must not be asked in a tight loop
    if (taken === 0 && lasted < Math.min(HEALTHY_MS, timeoutSeconds * 1000)) {
      throw new AppError('unavailable', 'The API server ended a watch early.');
    }
    this.#failures = 0;
  }

  #take(event: WatchEvent): void {
    const object = event.object as T;
    this.#version = object.metadata.resourceVersion ?? this.#version;
    this.#failures = 0;
    if (event.type === 'BOOKMARK') return;
    if (event.type !== 'DELETED') return void this.#put(object);
    const key = keyOf(object.metadata);
    // a late deletion of an object that was replaced meanwhile
    const cached = this.#options.store.get(key);
    if (cached && cached.uid !== object.metadata.uid) return;
    this.#remove(key, this.#entry(object));
  }

  /** `trusted`: a list says how things are, even where versions went backwards (a restored etcd). */
  #put(object: T, { trusted = false, quiet = false } = {}): string {
    const { store } = this.#options;
    const identity = identityOf(object);
    const { key } = identity;
    const previous = this.#previous(identity);
    this.#keys.add(key);
    // every write of ours comes back through the watch: it is not projected again
    if (previous && isKnown(identity, previous, trusted)) return key;
    const entry = this.#entry(object);
    if (!entry) return key;
    store.set(entry);
    if (quiet) return key;
    if (previous) this.#emit({ type: 'modified', entry, previous });
    else this.#emit({ type: 'added', entry });
    return key;
  }

  /** What is cached of this very object; another one of its name is gone. */
  #previous({ key, uid }: Identity): StoreEntry<P> | undefined {
    const cached = this.#options.store.get(key);
    if (cached === undefined || cached.uid === uid) return cached;
    this.#remove(key);
    return undefined;
  }

  /** `last` is the object's final state, where the server told it. */
  #remove(key: string, last?: StoreEntry<P>): void {
    const previous = this.#options.store.get(key);
    this.#keys.delete(key);
    if (!previous) return;
    this.#options.store.delete(key);
    this.#emit({ type: 'deleted', entry: last ?? previous, previous });
  }

  /** Undefined for an object nothing can be made of: it stays as it was known, and holds up no other. */
  #entry(object: T): StoreEntry<P> | undefined {
    const identity = identityOf(object);
    const { logger, path, project } = this.#options;
    try {
      return { ...identity, value: project(object) };
    } catch (error) {
      logger?.log('error', 'an object cannot be read', { path, key: identity.key, error });
      return undefined;
    }
  }

  #emit(change: Change<P>): void {
    try {
      this.#options.onChange?.(change);
    } catch (error) {
      const { logger, path } = this.#options;
      logger?.log('error', 'a change handler failed', { path, key: change.entry.key, error });
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { minMs, maxMs } = this.#options.backOff ?? { minMs: 800, maxMs: 30_000 };
    // a version the server does not understand (a restored etcd) heals with a new list, too
    if (isExpired(error) || this.#failures >= RELIST_AFTER) this.#version = '';
    if (!isExpired(error)) {
      const message = error instanceof Error ? error.message : 'unknown failure';
      const refused = AppError.is(error, 'forbidden');
      this.#report({ connected: false, message, refused });
    }
    // the first expiry is ordinary: list again at once
    const free = isExpired(error) && this.#failures === 0;
    const delay = Math.min(minMs * 2 ** this.#failures, maxMs) * (0.5 + this.#random() / 2);
    const asked = AppError.is(error) ? (error.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    if (!free) await sleep(this.#clock, Math.max(delay, asked), signal);
  }

  #report(state: WatchState): void {
    const { connected, message } = state;
    const told = `${connected} ${message}`;
    if (told === this.#state) return;
    this.#state = told;
    const { logger, path, onState } = this.#options;
    logger?.log(connected ? 'debug' : 'warn', 'watch', { path, connected, reason: message });
    onState?.(state);
  }
}

type Identity = Omit<StoreEntry<unknown>, 'value'>;

function identityOf({ metadata }: KubeObject): Identity {
  const { uid = '', resourceVersion = '' } = metadata;
  return { key: keyOf(metadata), uid, resourceVersion };
}

/** A write's answer may be ahead of the watch. */
function isKnown(entry: Identity, previous: Identity, trusted: boolean): boolean {
  if (entry.resourceVersion === previous.resourceVersion) return true;
  return !trusted && isNewer(previous.resourceVersion, entry.resourceVersion);
}
