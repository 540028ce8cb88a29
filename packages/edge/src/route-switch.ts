import type { EdgeStatus, Route, RouteTable } from '@davit/domain';
import { AppCounters } from './app-counters.ts';
import { RouteIndex } from './route-index.ts';
import { Target } from './target.ts';

const DRAIN_MS = 30_000;
const HOLD_MS = 30_000;
const CHALLENGE = '/.well-known/acme-challenge/';

/** A route with what it needs to serve. */
export interface LiveRoute {
  route: Route;
  targets: Target[];
  counters: AppCounters;
  /** position of the target that is next */
  turn: number;
}

/**
 * The table in force. `apply` replaces it between two events: a request is on the old table or on the new one, and
 * what was begun on a target that is gone goes on there until it ends or the drain deadline.
 */
export class RouteSwitch {
  #table: RouteTable = { generation: 0, routes: [] };
  #index: RouteIndex = new RouteIndex([]);
  #live = new Map<string, LiveRoute>();
  #targets = new Map<string, Target>();
  readonly #draining = new Map<string, Target>();
  #counters = new Map<string, AppCounters>();

  get table(): RouteTable {
    return this.#table;
  }

  get holdMs(): number {
    return this.#table.holdMs ?? HOLD_MS;
  }

  /** What a certificate authority shall find at this target. */
  challenge(target: string): string | undefined {
    const { challenges } = this.#table;
    if (challenges === undefined || !target.startsWith(CHALLENGE)) return undefined;
    const token = target.slice(CHALLENGE.length);
    return Object.hasOwn(challenges, token) ? challenges[token] : undefined;
  }

  find(host: string, target: string): LiveRoute | undefined {
    const route = this.#index.find(host, target);
    return route && this.#live.get(route.id);
  }

  apply(table: RouteTable): void {
    const before = this.#targets;
    this.#targets = new Map();
    const counters = new Map<string, AppCounters>();
    const live = new Map<string, LiveRoute>();
    for (const route of table.routes) {
      const key = `${route.app.projectId}/${route.app.deploymentId}`;
      const ofApp = counters.get(key) ?? this.#counters.get(key) ?? new AppCounters(route.app);
      counters.set(key, ofApp);
      const targets = route.targets.map((target) => this.#take(target, before));
      live.set(route.id, { route, targets, counters: ofApp, turn: 0 });
    }
    this.#index = new RouteIndex(table.routes);
    this.#live = live;
    this.#counters = counters;
    this.#table = table;
    for (const [key, target] of before) {
      if (!this.#targets.has(key)) this.#retire(key, target, table.drainMs ?? DRAIN_MS);
    }
  }

  sweep(now: number): void {
    for (const target of this.#targets.values()) target.sweep(now);
  }

  close(): void {
    for (const target of [...this.#targets.values(), ...this.#draining.values()]) target.close();
  }

  status(): Omit<EdgeStatus, 'problems' | 'listens'> {
    const targets = [...this.#targets.values(), ...this.#draining.values()];
    return {
      generation: this.#table.generation,
      targets: targets.map((target) => target.status()),
      apps: [...this.#counters.values()].map((counters) => counters.read()),
    };
  }

  #take({ id, address }: { id: string; address: string }, before: Map<string, Target>): Target {
    const key = `${id} ${address}`;
    const draining = this.#draining.get(key);
    draining?.revive();
    this.#draining.delete(key);
    const target =
      this.#targets.get(key) ?? before.get(key) ?? draining ?? new Target({ id, address });
    this.#targets.set(key, target);
    return target;
  }

  #retire(key: string, target: Target, drainMs: number): void {
    this.#draining.set(key, target);
    target.retire(drainMs, () => this.#draining.delete(key));
  }
}
