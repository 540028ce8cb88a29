import type { Json, JsonObject } from '@davit/domain';

/** The value at the end of a path of keys; undefined where there is none. */
export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    value,
  );
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function whole(value: Json | undefined): number {
  const number = typeof value === 'boolean' ? 0 : Number(value ?? 0);
  return Number.isFinite(number) ? Math.trunc(number) : 0;
}

export function flag(value: Json | undefined): boolean {
  return value === true || value === 'true' || (typeof value === 'number' && value !== 0);
}

export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
