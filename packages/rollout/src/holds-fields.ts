import { compareQuantities } from './quantity.ts';

type Fields = Record<string, unknown>;

/** Fields whose texts are quantities, which the API server rewrites (`1024Mi` is kept as `1Gi`). */
const QUANTITIES = new Set(['requests', 'limits', 'capacity', 'hard']);

/**
 * Does `live` have everything `desired` says? What only `live` has is somebody else's (or a default) and of no
 * interest. Lists are compared entry by entry, lists of named things by name.
 */
export function holdsFields(live: unknown, desired: unknown): boolean {
  return holds(live, desired, false);
}

function holds(live: unknown, desired: unknown, quantities: boolean): boolean {
  if (desired === undefined) return true;
  if (live === undefined || live === null) return isZero(desired);
  if (Array.isArray(desired)) return Array.isArray(live) && holdsList(live, desired);
  if (typeof desired === 'object' && desired !== null) {
    return typeof live === 'object' && holdsObject(live as Fields, desired as Fields, quantities);
  }
  if (live === desired) return true;
  if (!quantities || typeof desired === 'boolean') return false;
  return compareQuantities(textOf(live), textOf(desired)) === 0;
}

/** A quantity may be written as a number. */
function textOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function holdsObject(live: Fields, desired: Fields, quantities: boolean): boolean {
  return Object.entries(desired).every(([key, value]) =>
    holds(live[key], value, quantities || QUANTITIES.has(key)),
  );
}

function holdsList(live: unknown[], desired: unknown[]): boolean {
  const names = desired.map(nameOf);
  const named = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  if (named) {
    return desired.every((item, index) => {
      const match = live.find((other) => nameOf(other) === names[index]);
      return match !== undefined && holds(match, item, false);
    });
  }
  return live.length === desired.length && desired.every((item, i) => holds(live[i], item, false));
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { name } = item as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

/** The API server does not keep what says nothing. */
function isZero(value: unknown): boolean {
  if (value === null || value === '' || value === false || value === 0) return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isZero);
}
