import type { Collection, Field, FieldType, JsonObject } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { DEFAULT_ID_PATTERN } from '../fields/pattern.ts';
import { normalizeField } from './field-options.ts';
import { RESERVED_NAMES } from './validate-fields.ts';
import { parseViewQuery, type ViewColumn, type ViewQuery } from './view-columns.ts';

type Find = (name: string) => Collection | undefined;

const CALLS: [RegExp, FieldType, JsonObject][] = [
  [/^count\s*\(/i, 'number', { onlyInt: true }],
  [/^total\s*\(/i, 'number', {}],
];
const CASTS: [RegExp, FieldType, JsonObject][] = [
  [/^(real|decimal|numeric)$/i, 'number', {}],
  [/^(int|integer)$/i, 'number', { onlyInt: true }],
  [/^text$/i, 'text', {}],
  [/^(bool|boolean)$/i, 'bool', {}],
];

/** The fields a view has, from its query. Throws what is wrong as plain text. */
export function viewFields(query: string, find: Find): Field[] {
  const parsed = parseViewQuery(query);
  if (!parsed.columns.some(({ alias }) => alias === 'id')) {
    throw new Error(
      "missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one)",
    );
  }
  for (const [index, { alias }] of parsed.columns.entries()) {
    const isTwin = parsed.columns.findIndex((column) => column.alias === alias) < index;
    const name = isTwin ? `${alias}:${index}` : alias;
    const complaint = /^\w+$/.test(name) ? complaintAbout(name) : 'must be in a valid format';
    if (complaint) throw new Error(`invalid field "${name}" (${index}): name: ${complaint}`);
  }
  return parsed.columns.map((column) => fieldOf(column, parsed, find));
}

function complaintAbout(name: string): string | undefined {
  if (/_via_/i.test(name)) return 'The value cannot contain "_via_".';
  return RESERVED_NAMES.has(name) ? 'must not be in list' : undefined;
}

function fieldOf(column: ViewColumn, query: ViewQuery, find: Find): Field {
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

function byExpression({ alias: name, expression }: ViewColumn): Field | undefined {
  const [, cast] = /^cast\s*\([\s\S]+\s+as\s+(\w+)\s*\)$/i.exec(expression) ?? [];
  const [, type, options] =
    cast === undefined
      ? (CALLS.find(([pattern]) => pattern.test(expression)) ?? [])
      : (CASTS.find(([pattern]) => pattern.test(cast)) ?? []);
  return type && normalizeField({ ...options, type, name });
}

/** A column of a known collection keeps its type; somebody else's id is a relation to them. */
function bySource(
  { alias: name, source }: ViewColumn,
  query: ViewQuery,
  find: Find,
): Field | undefined {
  if (source === undefined) return undefined;
  for (const [alias, table] of query.tables) {
    const collection = source.table === '' || source.table === alias ? find(table) : undefined;
    const field = collection?.fields.find((known) => known.name === source.column);
    if (collection === undefined || field === undefined) continue;
    if (field.name === 'id') {
      return normalizeField({ type: 'relation', name, collectionId: collection.id, maxSelect: 1 });
    }
    return { ...field, id: `_clone_${randomText(4)}`, name };
  }
  return undefined;
}

function anything(name: string): Field {
  return normalizeField({ type: 'json', name, maxSize: 1 });
}
