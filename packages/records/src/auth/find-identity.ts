import type { Collection, Condition, Expression } from '@davit/domain';
import { isEmail } from '../fields/email.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';
import { schemaOf } from '../schema.ts';

/**
 * The account of that name: looked up by each identity field in turn, e-mail first. Only fields with a unique index
 * of their own count; an index that ignores case makes the look-up ignore it too.
 */
export async function findIdentity(
  context: Context,
  collection: Collection,
  { identity, fields }: { identity: string; fields: readonly string[] },
): Promise<{ record: RecordData; field: string } | undefined> {
  const ordered = [...fields].sort((a, b) => Number(b === 'email') - Number(a === 'email'));
  for (const field of ordered) {
    if (field === 'email' && fields.length > 1 && !isEmail(identity)) continue;
    const record = await findByUnique(context, collection, { field, value: identity });
    if (record) return { record, field };
  }
  return undefined;
}

/** The record that holds the value in a field with a unique index of its own. */
export async function findByUnique(
  { core, scope }: Context,
  collection: Collection,
  { field, value }: { field: string; value: string },
): Promise<RecordData | undefined> {
  const schema = schemaOf(collection);
  const index = schema.unique.get(field);
  if (index === undefined) return undefined;
  const column: Expression = { kind: 'column', alias: collection.name, column: field };
  const where: Condition = {
    kind: 'in',
    of: index.ignoreCase ? { kind: 'lower', of: column } : column,
    values: [index.ignoreCase ? lowerAscii(value) : value],
  };
  const query = { ...buildQuery(core, { collection }), where };
  const { rows } = await scope.find(query, { offset: 0, limit: 1, count: false });
  return rows[0] && schema.fromRow(rows[0]);
}

// SQLite folds only these
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
