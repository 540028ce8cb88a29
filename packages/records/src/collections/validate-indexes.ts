import {
  parseIndex,
  renderIndex,
  type Collection,
  type FieldError,
  type FieldErrors,
} from '@davit/domain';
import type { CollectionContext } from './collection-context.ts';

/** Complaints by position in the list. */
export function validateIndexes(
  collection: Collection,
  context: CollectionContext,
): FieldErrors | FieldError {
  if (collection.type === 'view') {
    if (collection.indexes.length === 0) return {};
    const message = "View collections don't support indexes.";
    return { code: 'validation_indexes_not_supported', message };
  }
  const errors: FieldErrors = {};
  const [names, definitions] = [new Set<string>(), new Set<string>()];
  for (const [position, statement] of collection.indexes.entries()) {
    const error = indexError(collection, statement, { names, definitions, context });
    if (error) errors[String(position)] = error;
  }
  return errors;
}

function indexError(
  collection: Collection,
  statement: string,
  {
    names,
    definitions,
    context,
  }: { names: Set<string>; definitions: Set<string>; context: CollectionContext },
): FieldError | undefined {
  const index = parseIndex(statement);
  if (index === undefined || index.name === '') {
    return {
      code: 'validation_invalid_index_expression',
      message: 'Invalid CREATE INDEX expression.',
    };
  }
  const name = index.name.toLowerCase();
  if (names.has(name)) {
    return {
      code: 'validation_duplicated_index_name',
      message: 'The index name already exists.',
    };
  }
  names.add(name);
  const definition = renderIndex({ ...index, name: '', optional: false }).toLowerCase();
  if (definitions.has(definition)) {
    return {
      code: 'validation_duplicated_index_definition',
      message: 'The index definition already exists.',
    };
  }
  definitions.add(definition);
  const owner = context.list().find((other) => other.id !== collection.id && hasIndex(other, name));
  return (
    owner && {
      code: 'validation_existing_index_name',
      message: `The index name is already used in ${owner.name} collection.`,
      params: { usedTableName: owner.name },
    }
  );
}

function hasIndex({ indexes }: Collection, name: string): boolean {
  return indexes.some((statement) => parseIndex(statement)?.name.toLowerCase() === name);
}
