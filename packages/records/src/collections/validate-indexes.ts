import {
  parseIndex,
  renderIndex,
  type Collection,
  type FieldError,
  type FieldErrors,
} from '@davit/domain';
import type { CollectionContext } from './collection-context.ts';

/** The first complaint, by position in the list, or one about the list. */
export function validateIndexes(
  collection: Collection,
  context: CollectionContext,
): FieldErrors | FieldError {
  if (collection.type === 'view') {
    if (collection.indexes.length === 0) return {};
    const message = "View collections don't support indexes.";
    return { code: 'validation_indexes_not_supported', message };
  }
  const seen: Seen = { names: new Set(), definitions: new Set() };
  for (const [position, statement] of collection.indexes.entries()) {
    const error = indexError(statement, seen) ?? takenError(collection, statement, context);
    if (error) return { [position]: error };
  }
  return lostError(collection, context) ?? {};
}

interface Seen {
  names: Set<string>;
  definitions: Set<string>;
}

function indexError(statement: string, { names, definitions }: Seen): FieldError | undefined {
  const index = parseIndex(statement);
  if (index === undefined || index.name === '') {
    return {
      code: 'validation_invalid_index_expression',
      message: 'Invalid CREATE INDEX expression.',
    };
  }
  const name = index.name.toLowerCase();
  if (names.has(name)) {
    const message = 'The index name already exists.';
    return { code: 'validation_duplicated_index_name', message };
  }
  const definition = renderIndex({ ...index, schema: '', name: '', table: '' });
  if (definitions.has(definition)) {
    const message = 'The index definition already exists.';
    return { code: 'validation_duplicated_index_definition', message };
  }
  names.add(name);
  definitions.add(definition);
  return undefined;
}

function takenError(
  { id }: Collection,
  statement: string,
  context: CollectionContext,
): FieldError | undefined {
  const name = parseIndex(statement)?.name.toLowerCase() ?? '';
  const owner = context.list().find((other) => other.id !== id && hasIndex(other, name));
  return (
    owner && {
      code: 'validation_existing_index_name',
      message: `The index name is already used in ${owner.name} collection.`,
      params: { usedTableName: owner.name },
    }
  );
}

/** Unique indexes over system fields stay, under whatever name and condition. */
function lostError(
  { indexes }: Collection,
  { previous }: CollectionContext,
): FieldError | undefined {
  const kept = new Set(indexes.map(columnsOf));
  for (const statement of previous?.indexes ?? []) {
    const index = parseIndex(statement);
    if (!index?.unique || kept.has(columnsOf(statement))) continue;
    const columns = index.columns.map(({ name }) => name.toLowerCase());
    const field = previous?.fields.find(
      ({ system, name }) => system && columns.includes(name.toLowerCase()),
    );
    if (!field) continue;
    return {
      code: 'validation_invalid_unique_system_field_index',
      message: `Unique index definition on system fields (${field.name}) is invalid or missing.`,
      params: { fieldName: field.name },
    };
  }
  return undefined;
}

function columnsOf(statement: string): string {
  const index = parseIndex(statement);
  return JSON.stringify([index?.unique, index?.optional, index?.columns.map(({ name }) => name)]);
}

function hasIndex({ indexes }: Collection, name: string): boolean {
  return indexes.some((statement) => parseIndex(statement)?.name.toLowerCase() === name);
}
