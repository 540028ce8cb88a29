import { crc32 } from 'node:zlib';
import type { Field, FieldType, Json, JsonObject } from '@davit/domain';
import { FIELD_TYPES } from '@davit/domain';

/** The options of each type with what they are when not given. */
const DEFAULTS: Record<FieldType, JsonObject> = {
  text: { min: 0, max: 0, pattern: '', autogeneratePattern: '', primaryKey: false },
  number: { min: null, max: null, onlyInt: false },
  bool: {},
  email: { exceptDomains: [], onlyDomains: [] },
  url: { exceptDomains: [], onlyDomains: [] },
  editor: { maxSize: 0, convertURLs: false },
  date: { min: '', max: '' },
  autodate: { onCreate: false, onUpdate: false },
  select: { values: [], maxSelect: 0 },
  relation: { collectionId: '', cascadeDelete: false, minSelect: 0, maxSelect: 0 },
  file: { maxSize: 0, maxSelect: 0, mimeTypes: [], thumbs: [], protected: false },
  json: { maxSize: 0 },
  geoPoint: {},
  password: { pattern: '', min: 0, max: 0, cost: 0 },
};
const COMMON: JsonObject = { system: false, hidden: false, presentable: false };
const ASKED: JsonObject = { required: false, help: '' };

export function isFieldType(value: Json | undefined): value is FieldType {
  return (FIELD_TYPES as readonly unknown[]).includes(value);
}

/** As PocketBase names fields that come without an id. */
export function generatedFieldId(type: string, name: string): string {
  return type + String(crc32(name));
}

/** The options a field of the type may have, with their defaults. */
export function optionDefaults(type: FieldType): JsonObject {
  return { ...COMMON, ...(type === 'autodate' ? {} : ASKED), ...DEFAULTS[type] };
}

/** A field definition with every option of its type and no others. */
export function normalizeField(input: JsonObject & { type: FieldType }): Field {
  const { type } = input;
  const name = typeof input.name === 'string' ? input.name : '';
  const given = typeof input.id === 'string' ? input.id : '';
  const options = optionDefaults(type);
  const field: JsonObject = { id: given || generatedFieldId(type, name), name, type };
  for (const [key, otherwise] of Object.entries(options)) {
    field[key] = sameKind(input[key], otherwise) ?? otherwise;
  }
  // in the order PocketBase shows them
  const sorted = Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted) as unknown as Field;
}

/** The value where it is of the option's kind. */
function sameKind(value: Json | undefined, otherwise: Json): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (otherwise === null) return typeof value === 'number' ? value : undefined;
  if (Array.isArray(otherwise)) return Array.isArray(value) ? value : undefined;
  return typeof value === typeof otherwise ? value : undefined;
}
