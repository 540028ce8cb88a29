import type { Clock } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import type { AuthRecord } from '../request.ts';
import type {
  ConnectOptions,
  RealtimeClient,
  RealtimeEndReason,
  RealtimeMessage,
} from './client.ts';
import { parseTopic, type Topic } from './topic.ts';

/** messages that may wait for one client */
export const MAX_WAITING = 1000;
/** characters that may wait for one client, when it is more than one message */
export const MAX_WAITING_TEXT: number = 16 * 1024 * 1024;
export const IDLE_MS: number = 5 * 60_000;
export const MAX_AGE_MS: number = 30 * 60_000;

/** One client: its subscriptions, and a bounded queue in front of its transport. */
export class Connection implements RealtimeClient {
  readonly id: string = randomText(40);
  readonly ip: string;
  auth: AuthRecord | undefined;
  #topics: readonly Topic[] = [];
  #byName: ReadonlyMap<string, readonly Topic[]> = new Map<string, readonly Topic[]>();
  readonly #options: ConnectOptions;
  readonly #clock: Clock;
  readonly #ended: () => void;
  #cancelAge = (): void => undefined;
  #idleMs = IDLE_MS;
  readonly #gone = (): void => this.end('gone');
  #cancelIdle = (): void => undefined;
  #waiting: RealtimeMessage[] = [];
  #waitingText = 0;
  #sending = false;
  #open = true;

  constructor(options: ConnectOptions, { clock, ended }: { clock: Clock; ended: () => void }) {
    this.ip = options.ip;
    this.auth = options.auth;
    this.#options = options;
    this.#clock = clock;
    this.#ended = ended;
    options.signal.addEventListener('abort', this.#gone, { once: true });
  }

  /** Starts the times after which it ends by itself, in milliseconds. */
  begin({ idleTimeout, maxTimeout }: { idleTimeout: number; maxTimeout: number }): void {
    if (this.#options.signal.aborted) this.end('gone');
    if (!this.#open) return;
    this.#idleMs = idleTimeout;
    this.#cancelAge = this.#clock.after(maxTimeout, () => this.end('expired'));
    this.#watchIdle();
  }

  get subscriptions(): readonly string[] {
    return this.#topics.map(({ subscription }) => subscription);
  }

  get topics(): readonly Topic[] {
    return this.#topics;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Its subscriptions to any of these. */
  *topicsOf(names: readonly string[]): Generator<Topic> {
    for (const name of names) yield* this.#byName.get(name) ?? [];
  }

  subscribe(subscriptions: readonly string[]): void {
    this.#replace([...new Set(subscriptions)].filter((text) => text !== '').map(parseTopic));
  }

  unsubscribe(subscription: string): void {
    this.#replace(this.#topics.filter((topic) => topic.subscription !== subscription));
  }

  #replace(topics: readonly Topic[]): void {
    this.#topics = topics;
    this.#byName = Map.groupBy(topics, ({ name }) => name);
  }

  /** Never waits. A client that cannot keep up is ended: it reconnects and reads anew. */
  send(message: RealtimeMessage): void {
    if (!this.#open) return;
    this.#watchIdle();
    this.#waiting.push(message);
    this.#waitingText += message.data.length;
    if (this.#isOverfull()) this.end('slow');
    else if (!this.#sending) this.#drain();
  }

  end(reason: RealtimeEndReason): void {
    if (!this.#open) return;
    this.abandon();
    this.#ended();
    this.#options.end(reason);
  }

  /** Forgets the transport, which is somebody else's to end. */
  abandon(): void {
    this.#open = false;
    this.#waiting = [];
    this.#cancelIdle();
    this.#cancelAge();
    this.#options.signal.removeEventListener('abort', this.#gone);
  }

  #drain(): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#waitingText -= next.data.length;
      const drained = this.#options.send(next, this.id);
      if (drained === undefined) continue;
      this.#sending = true;
      drained
        .catch(() => this.end('gone'))
        .finally(() => {
          this.#sending = false;
          this.#drain();
        });
      return;
    }
  }

  #isOverfull(): boolean {
    const { length } = this.#waiting;
    return length > MAX_WAITING || (length > 1 && this.#waitingText > MAX_WAITING_TEXT);
  }

  #watchIdle(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(this.#idleMs, () => this.end('idle'));
  }
}
