import type { Json, JsonObject } from '@davit/domain';

/** One place in a Rollout spec that holds a secret value. */
export interface SecretPlace {
  /** name under which the value is sealed: `env:<NAME>`, `pull`, `cron:<name>:pull` */
  name: string;
  /** where it is, for field errors: `['secrets', '0', 'value']` */
  path: string[];
  value: string;
  set(value: string): void;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function* entries(list: Json | undefined): Generator<[string, JsonObject]> {
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) if (isObject(entry)) yield [String(index), entry];
}

function place(
  holder: JsonObject,
  key: string,
  at: { name: string; path: string[] },
): SecretPlace[] {
  const value = holder[key];
  if (typeof value !== 'string' || value === '') return [];
  return [{ ...at, value, set: (next) => (holder[key] = next) }];
}

/** Every non-empty secret value of a spec, with a way to replace it in place. */
export function secretPlaces(spec: JsonObject): SecretPlace[] {
  const places: SecretPlace[] = [];
  for (const [index, entry] of entries(spec.secrets)) {
    const name = typeof entry.name === 'string' ? entry.name : '';
    places.push(
      ...place(entry, 'value', { name: `env:${name}`, path: ['secrets', index, 'value'] }),
    );
  }
  if (isObject(spec.image)) {
    places.push(...place(spec.image, 'password', { name: 'pull', path: ['image', 'password'] }));
  }
  for (const [index, job] of entries(spec.cronjobs)) {
    if (!isObject(job.image)) continue;
    const name = `cron:${typeof job.name === 'string' ? job.name : index}:pull`;
    const path = ['cronjobs', index, 'image', 'password'];
    places.push(...place(job.image, 'password', { name, path }));
  }
  return places;
}
