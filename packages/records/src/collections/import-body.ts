import type { Collection, JsonObject } from '@davit/domain';

/**
 * An imported body made ready for merging into the stored definition: fields that it does not list stay, unless
 * missing ones are to go; a field of the same name and type under another id is the stored one.
 */
export function importBody(
  known: Collection,
  body: JsonObject,
  { deleteMissing }: { deleteMissing: boolean },
): JsonObject {
  if (!Array.isArray(body.fields)) return deleteMissing ? { ...body, fields: [] } : body;
  const listed = body.fields.filter(isObject).map((field) => ({ ...field }));
  const kept: JsonObject[] = [];
  for (const field of known.fields) {
    const goes = deleteMissing && !field.system;
    if (goes || listed.some(({ id }) => id === field.id)) continue;
    const twin = listed.find(({ name }) => name === field.name);
    if (twin && (twin.type ?? field.type) === field.type) twin.id = field.id;
    else kept.push(field as unknown as JsonObject);
  }
  return { ...body, fields: [...listed, ...kept] };
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
