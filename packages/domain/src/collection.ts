import type { Json, JsonObject } from './json.ts';

export const FIELD_TYPES = [
  'text',
  'number',
  'bool',
  'email',
  'url',
  'editor',
  'date',
  'autodate',
  'select',
  'relation',
  'file',
  'json',
  'geoPoint',
  'password',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/**
 * A field definition, as stored in `_collections.fields` and shown by the API.
 * Options of the type (`max`, `collectionId`, `maxSelect`, …) sit beside the common keys.
 */
export interface Field {
  id: string;
  name: string;
  type: FieldType;
  system: boolean;
  hidden: boolean;
  presentable: boolean;
  required?: boolean;
  help?: string;
  [option: string]: Json | undefined;
}

export const COLLECTION_TYPES = ['base', 'auth', 'view'] as const;
export type CollectionType = (typeof COLLECTION_TYPES)[number];

/** null = superusers only; '' = everybody; otherwise a filter expression. */
export type Rule = string | null;

export interface Collection {
  id: string;
  name: string;
  type: CollectionType;
  system: boolean;
  fields: Field[];
  /** normalised `CREATE [UNIQUE] INDEX …` statements */
  indexes: string[];
  listRule: Rule;
  viewRule: Rule;
  createRule: Rule;
  updateRule: Rule;
  deleteRule: Rule;
  /** auth options (with token secrets) or `{viewQuery}`, as stored in `_collections.options` */
  options: JsonObject;
  /** `YYYY-MM-DD HH:MM:SS.mmmZ` */
  created: string;
  updated: string;
}

/** Whether a field's column holds a JSON list: a select, relation or file field that takes several values. */
export function isMultiple(field: Field): boolean {
  const isList = field.type === 'select' || field.type === 'relation' || field.type === 'file';
  return isList && Number(field['maxSelect'] ?? 0) > 1;
}
