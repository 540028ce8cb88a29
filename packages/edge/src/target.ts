import type { EdgeTarget, EdgeTargetStatus } from '@davit/domain';
import { parseAddress } from './parse-route-table.ts';
import { Upstream, type UpstreamOwner, type UpstreamUser } from './upstream.ts';

/** Above what is often open at once: what does not fit is opened anew for each request. */
const MAX_IDLE = 1024;
/** Many servers close idle connections after 5 s, some after 2. */
const IDLE_MS = 4000;
/** A request that cannot be repeated goes over a connection only this soon after its last answer. */
const FRESH_MS = 1000;
const DOWN_MS = 1000;

/** Something that uses a target and can be ended when its time is up. */
export interface TargetUser {
  abort(reason: string): void;
}

/** One instance: its pooled connections and all that is open on it. */
export class Target implements UpstreamOwner {
  readonly id: string;
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly #idle: Upstream[] = [];
  readonly #users = new Set<TargetUser>();
  #retired = false;
  #downUntil = 0;
  #onDrained: (() => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor({ id, address }: EdgeTarget) {
    this.id = id;
    this.address = address;
    const place = parseAddress(address);
    this.host = place?.host ?? '';
    this.port = place?.port ?? 0;
  }

  get open(): number {
    return this.#users.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** It refused a connection a moment ago: others first. */
  isDown(now: number): boolean {
    return now < this.#downUntil;
  }

  markDown(now: number): void {
    this.#downUntil = now + DOWN_MS;
  }

  /** Counts as open until `leave`. */
  enter(user: TargetUser): void {
    this.#users.add(user);
  }

  leave(user: TargetUser): void {
    this.#users.delete(user);
    if (this.#retired && this.#users.size === 0) this.#drained();
  }

  /** A pooled connection, for a request that may be repeated any that stands; undefined: connect. */
  pooled(user: UpstreamUser, repeatable: boolean): Upstream | undefined {
    const upstream = this.#idle.at(-1);
    if (!upstream) return undefined;
    const limit = repeatable ? IDLE_MS : FRESH_MS;
    if (performance.now() - upstream.idleSince > limit) return undefined;
    this.#idle.pop();
    upstream.use(user);
    return upstream;
  }

  connect(user: UpstreamUser): Upstream {
    return new Upstream(this, user);
  }

  release(upstream: Upstream): void {
    if (this.#retired || this.#idle.length >= MAX_IDLE) return upstream.destroy();
    upstream.idleSince = performance.now();
    upstream.socket.resume();
    this.#idle.push(upstream);
  }

  gone(upstream: Upstream): void {
    const position = this.#idle.lastIndexOf(upstream);
    if (position >= 0) this.#idle.splice(position, 1);
  }

  /** Closes connections that nobody used for a while. */
  sweep(now: number): void {
    const old = this.#idle.filter(({ idleSince }) => now - idleSince > IDLE_MS);
    for (const upstream of old) upstream.destroy();
  }

  /** Nothing new comes; what is open may go on until the deadline. */
  retire(drainMs: number, onDrained: () => void): void {
    this.#retired = true;
    this.#onDrained = onDrained;
    for (const upstream of this.#idle.splice(0)) upstream.destroy();
    if (this.#users.size === 0) return this.#drained();
    this.#deadline = setTimeout(() => this.#abortAll(), drainMs);
  }

  /** It is back in the table before it had drained. */
  revive(): void {
    this.#retired = false;
    this.#onDrained = undefined;
    clearTimeout(this.#deadline);
  }

  /** Ends everything at once. */
  close(): void {
    clearTimeout(this.#deadline);
    for (const upstream of this.#idle.splice(0)) upstream.destroy();
    this.#abortAll();
  }

  status(): EdgeTargetStatus {
    return { id: this.id, address: this.address, open: this.open, draining: this.#retired };
  }

  #abortAll(): void {
    for (const user of [...this.#users]) user.abort('The instance is being removed.');
  }

  #drained(): void {
    clearTimeout(this.#deadline);
    this.#onDrained?.();
    this.#onDrained = undefined;
  }
}
