import type { Json, JsonObject } from '@davit/domain';

/** A member of a body by its name in whatever case; null where there is none. */
export function member(body: JsonObject, name: string): Json {
  if (Object.hasOwn(body, name)) return body[name] ?? null;
  const wanted = name.toLowerCase();
  const key = Object.keys(body).find((known) => known.toLowerCase() === wanted);
  return (key === undefined ? undefined : body[key]) ?? null;
}
