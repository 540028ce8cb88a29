import type { Collection, Field, JsonObject } from '@davit/domain';
import { normalizeField } from './field-options.ts';
import { completeProvider } from './provider-options.ts';

/** A stored definition with every option of its fields: older directories leave out what did not exist then. */
export function complete(collection: Collection): Collection {
  const fields = collection.fields.map((field) => normalizeField(field as Field & JsonObject));
  return { ...collection, fields, options: withProviders(collection.options) };
}

function withProviders(options: JsonObject): JsonObject {
  const { oauth2 } = options;
  if (!isObject(oauth2)) return options;
  const providers = Array.isArray(oauth2.providers) ? oauth2.providers.filter(isObject) : [];
  return { ...options, oauth2: { ...oauth2, providers: providers.map(completeProvider) } };
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
