import type { Route } from '@davit/domain';
import { hostPatterns } from './host.ts';

/** Finds the route of a request: the most exact host first, then its longest path prefix. */
export class RouteIndex {
  readonly #byHost = new Map<string, Route[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const routesOfHost = this.#byHost.get(route.host) ?? [];
      this.#byHost.set(route.host, [...routesOfHost, route]);
    }
    for (const routesOfHost of this.#byHost.values()) {
      routesOfHost.sort((a, b) => b.path.length - a.path.length);
    }
  }

  find(host: string, target: string): Route | undefined {
    for (const pattern of hostPatterns(host)) {
      const routes = this.#byHost.get(pattern);
      const route = routes?.find(({ path }) => isUnder(target, path));
      if (route) return route;
    }
    return undefined;
  }
}

/** By whole segments: `/shop` takes `/shop`, `/shop/1` and `/shop?x`, not `/shopping`. */
function isUnder(target: string, prefix: string): boolean {
  if (prefix === '/') return true;
  const stem = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  if (!target.startsWith(stem)) return false;
  const next = target.charCodeAt(stem.length);
  return Number.isNaN(next) || next === 47 || next === 63;
}
