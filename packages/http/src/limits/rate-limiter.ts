import { AppError } from '@davit/domain';
import type { Collection } from '@davit/domain';
import { isInside } from '@davit/records';
import type { RateLimitRule, Settings } from '@davit/records';
import type { Request, Response } from 'express';
import { contextOf } from '../context.ts';
import { findRule } from './find-rule.ts';

const MOST_WINDOWS = 100_000;

export type LimitedRequest = Pick<Request, 'method' | 'path'>;

interface Window {
  since: number;
  /** milliseconds */
  length: number;
  count: number;
}

/** Counts requests by rule and address in fixed windows. Errors: `rate_limited`. */
export class RateLimiter {
  readonly #settings: () => Settings;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();
  #known: Settings | undefined;

  constructor(settings: () => Settings, now: () => number = Date.now) {
    this.#settings = settings;
    this.#now = now;
  }

  /** By path: `POST /api/batch`, `/api/`. */
  checkPath(req: LimitedRequest, res: Response): void {
    if (this.#skips(res)) return;
    this.#check(res, pathLabels(req), ({ label, audience }) => label + audience);
  }

  /** By what is done to a collection: `users:create`, `*:create`; then by path. */
  checkAction(
    req: LimitedRequest,
    res: Response,
    { collection, actions }: { collection: Collection; actions: readonly string[] },
  ): void {
    if (this.#skips(res)) return;
    const labels = [
      ...actions.map((action) => `${collection.name}:${action}`),
      ...actions.map((action) => `*:${action}`),
      ...pathLabels(req),
    ];
    const counter = `${collection.id} ${actions.join(' ')} `;
    this.#check(res, labels, ({ audience }) => counter + audience);
  }

  /** Forgets windows that are over. */
  cleanUp(): void {
    const now = this.#now();
    for (const [key, { since, length }] of this.#windows) {
      if (now - since >= length) this.#windows.delete(key);
    }
  }

  #skips(res: Response): boolean {
    const { enabled, excludedIPs } = this.#settings().rateLimits;
    if (!enabled) return true;
    const { auth, ip } = contextOf(res);
    return auth?.superuser === true || (excludedIPs.length > 0 && isInside(ip, excludedIPs));
  }

  /** New settings begin with new counters. */
  #settingsNow(): Settings {
    const settings = this.#settings();
    if (settings !== this.#known) this.#windows.clear();
    this.#known = settings;
    return settings;
  }

  #check(
    res: Response,
    labels: readonly string[],
    counterOf: (rule: RateLimitRule) => string,
  ): void {
    const { auth, ip } = contextOf(res);
    const audience = auth ? '@auth' : '@guest';
    const rule = findRule(this.#settingsNow().rateLimits.rules, labels, audience);
    if (rule) this.#count(`${counterOf(rule)} ${ip}`, rule);
  }

  #count(key: string, { duration, maxRequests }: RateLimitRule): void {
    const now = this.#now();
    const known = this.#windows.get(key);
    const isOver = known === undefined || now - known.since >= known.length;
    const window = isOver ? { since: now, length: duration * 1000, count: 0 } : known;
    window.count++;
    if (isOver && this.#windows.size >= MOST_WINDOWS) this.#windows.clear();
    this.#windows.set(key, window);
    if (window.count > maxRequests) throw new AppError('rate_limited', '');
  }
}

function pathLabels({ method, path }: LimitedRequest): string[] {
  return [`${method} ${path}`, path];
}
