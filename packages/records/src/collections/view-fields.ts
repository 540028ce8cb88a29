import type { Collection, Field, FieldError, FieldType, JsonObject } from '@davit/domain';
import { DEFAULT_ID_PATTERN } from '../fields/pattern.ts';
import { randomText } from '../fields/random.ts';
import { normalizeField } from './field-options.ts';
import { nameError } from './validate-fields.ts';
import { parseViewQuery, type ViewPart, type ViewQuery } from './view-columns.ts';

type Find = (name: string) => Collection | undefined;

const CALLS: [prefix: string, FieldType, JsonObject][] = [
  ['count(', 'number', { onlyInt: true }],
  ['total(', 'number', {}],
];
const CASTS: [RegExp, FieldType, JsonObject][] = [
  [/^(real|decimal|numeric)$/i, 'number', {}],
  [/^(int|integer)$/i, 'number', { onlyInt: true }],
  [/^text$/i, 'text', {}],
  [/^(bool|boolean)$/i, 'bool', {}],
];
const NO_ID =
  "missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one)";

/** The fields a view has, from its query. Throws what is wrong as plain text. */
export function viewFields(query: string, find: Find): Field[] {
  const fields = readViewFields(query, find);
  const complaint = viewComplaint(fields);
  if (complaint) throw new Error(complaint.message);
  return fields;
}

/** The same whatever the fields are called. */
export function readViewFields(query: string, find: Find): Field[] {
  const parsed = parseViewQuery(query);
  if (parsed.columns.some(({ alias }) => alias === '*')) {
    throw new Error(
      'wildcard columns (*) are not supported - manually type the collection field names you want the view query to have',
    );
  }
  const names = new Set<string>();
  return parsed.columns.map((column) => {
    const name = freeName(column.alias, names);
    names.add(name);
    return name === column.alias ? fieldOf(column, parsed, find) : anything(name);
  });
}

/** As SQLite tells columns of one name apart. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let count = 1;
  while (taken.has(`${name}:${count}`)) count++;
  return `${name}:${count}`;
}

export interface ViewComplaint {
  message: string;
  /** the same about `fields`: one for all, or by position */
  fields: FieldError | Record<string, { name: FieldError }>;
}

/** What is wrong with what the fields are called, if anything. */
export function viewComplaint(fields: readonly Field[]): ViewComplaint | undefined {
  if (!fields.some(({ name }) => name === 'id')) {
    const message = 'Missing or invalid "id" PK field.';
    return { message: NO_ID, fields: { code: 'validation_missing_primary_key', message } };
  }
  const found = fields.flatMap((field, index) => {
    const error = nameError(field);
    return error ? [{ field, index, error }] : [];
  });
  const [first] = found;
  if (!first) return undefined;
  const text =
    first.error.code === 'validation_found_via' ? first.error.message : plain(first.error);
  return {
    message: `invalid field ${JSON.stringify(first.field.name)} (${first.index}): name: ${text}.`,
    fields: Object.fromEntries(found.map(({ index, error }) => [index, { name: error }])),
  };
}

/** As it was before it was made a sentence. */
function plain({ message }: FieldError): string {
  return (message.charAt(0).toLowerCase() + message.slice(1)).replace(/\.$/, '');
}

function fieldOf(column: ViewPart, query: ViewQuery, find: Find): Field {
  if (column.alias === 'id') return idField();
  return byExpression(column) ?? bySource(column, query, find) ?? anything(column.alias);
}

function idField(): Field {
  return normalizeField({
    type: 'text',
    name: 'id',
    system: true,
    required: true,
    primaryKey: true,
    pattern: DEFAULT_ID_PATTERN,
  });
}

function byExpression({ alias: name, original }: ViewPart): Field | undefined {
  const [, cast] = /^cast\s*\([\s\S]*\s+as\s+(\w+)\s*\)$/i.exec(original) ?? [];
  const [, type, options] =
    CALLS.find(([prefix]) => original.toLowerCase().startsWith(prefix)) ??
    CASTS.find(([pattern]) => cast !== undefined && pattern.test(cast)) ??
    [];
  return type && normalizeField({ ...options, type, name });
}

/** A column of a known collection keeps its type; somebody else's id is a relation to them. */
function bySource(column: ViewPart, query: ViewQuery, find: Find): Field | undefined {
  const { alias: name } = column;
  const { collection, field } = sourceOf(column, query, find) ?? {};
  if (!collection || !field) return undefined;
  if (field.name === 'id') {
    return normalizeField({ type: 'relation', name, collectionId: collection.id, maxSelect: 1 });
  }
  return { ...field, id: `_clone_${randomText(4)}`, name };
}

/** The field of a collection that a column is; one without a table is looked for in the first. */
export function sourceOf(
  { original }: ViewPart,
  { tables }: ViewQuery,
  find: Find,
): { collection: Collection; field: Field } | undefined {
  const parts = original.split('.');
  const [table, column] = parts.length === 2 ? parts : [tables[0]?.alias, parts[0]];
  const origin = tables.findLast(({ alias }) => alias === table && !alias.includes('('))?.original;
  const collection = origin === undefined ? undefined : find(origin);
  if (collection?.name !== origin || collection === undefined) return undefined;
  const wanted = column?.toLowerCase();
  const field = collection.fields.find(({ name }) => name.toLowerCase() === wanted);
  return field && { collection, field };
}

function anything(name: string): Field {
  return normalizeField({ type: 'json', name, maxSize: 1 });
}

/** Whether a view asks what it asked before. */
export function isSameQuery(before: Collection | undefined, view: Collection): boolean {
  return before?.type === 'view' && viewQueryOf(before) === viewQueryOf(view);
}

/** As it was typed; empty where there is none. */
export function viewQueryOf({ options }: Collection): string {
  return typeof options.viewQuery === 'string' ? options.viewQuery : '';
}
