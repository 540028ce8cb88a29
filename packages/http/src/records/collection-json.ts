import type { Collection, Json, JsonObject } from '@davit/domain';

/** A collection as superusers see it: options beside the common keys, secrets left out. */
export function collectionJson(collection: Collection): JsonObject {
  const { options, ...common } = collection;
  return { ...common, ...withoutSecrets(options) } as unknown as JsonObject;
}

const SECRETS = new Set(['secret', 'clientSecret']);

function withoutSecrets(options: JsonObject): JsonObject {
  const shown: [string, Json][] = [];
  for (const [key, value] of Object.entries(options)) {
    if (!SECRETS.has(key)) shown.push([key, visible(value)]);
  }
  return Object.fromEntries(shown);
}

function visible(value: Json): Json {
  if (Array.isArray(value)) return value.map(visible);
  return typeof value === 'object' && value !== null ? withoutSecrets(value) : value;
}
