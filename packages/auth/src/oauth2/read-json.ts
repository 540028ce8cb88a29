import type { Json, JsonObject } from '@davit/domain';

/** The value at `a.b.0.c`; null where there is none. */
export function at(value: Json, path: string): Json {
  let current: Json = value;
  for (const key of path.split('.')) {
    if (current === null || typeof current !== 'object') return null;
    current = (current as JsonObject)[key] ?? null;
  }
  return current;
}

/** Text or a number as text; '' for anything else. */
export function textAt(value: Json, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

/** Some say `"true"` or 1. */
export function flagAt(value: Json, path: string): boolean {
  const found = at(value, path);
  return found === true || found === 'true' || found === 1 || found === '1';
}

export function asObject(value: Json | undefined): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? value : {};
}

export function asList(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** Of providers that tell unproven addresses from proven ones: an unproven one is nobody's. */
export function provenEmail(
  email: string,
  isProven: boolean,
): { email: string; emailVerified: boolean } {
  return isProven ? { email, emailVerified: email !== '' } : { email: '', emailVerified: false };
}
