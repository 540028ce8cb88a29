import type { Collection, Field } from '@davit/domain';
import { notFound } from '../failure.ts';
import { castList } from '../fields/cast.ts';
import { parseViewQuery } from '../collections/view-columns.ts';
import { sourceOf } from '../collections/view-fields.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';
import { findRecord } from '../requests/load.ts';
import { schemaOf } from '../schema.ts';

const MAX_DEPTH = 5;

/** A file of a record, and where it is stored. */
export interface LocatedFile {
  collection: Collection;
  record: RecordData;
  field: Field;
  /** in the file store; of a view: where the record behind it has the file */
  key: string;
}

/** The file a record refers to now. Throws `not_found`; one that was replaced is gone. */
export async function locateFile(
  context: Context,
  place: { collection: string; id: string; name: string },
): Promise<LocatedFile> {
  const { id, name } = place;
  const collection = context.core.catalog.get(place.collection);
  const record = await findRecord(context, collection, { id });
  if (!record) throw notFound();
  const field = fieldOf(collection, record, name);
  if (!field) throw notFound();
  const origin =
    collection.type === 'view'
      ? await originOf(context, { view: collection, field, name, depth: 0 })
      : `${collection.id}/${id}`;
  if (origin === undefined) throw notFound();
  return { collection, record, field, key: `${origin}/${name}` };
}

function fieldOf(collection: Collection, record: RecordData, name: string): Field | undefined {
  const known = schemaOf(collection).files.find((file) =>
    castList(record[file.name] ?? null).includes(name),
  );
  return known?.field;
}

interface Origin {
  view: Collection;
  field: Field;
  name: string;
  depth: number;
}

/** Of the record that a view's file really belongs to: names of files are found nowhere else. */
async function originOf(context: Context, origin: Origin): Promise<string | undefined> {
  const { view, field, name, depth } = origin;
  if (depth > MAX_DEPTH) return undefined;
  const source = selectedFrom(context, view, field);
  if (!source) return undefined;
  if (source.collection.type === 'view') {
    const { collection } = source;
    return originOf(context, { view: collection, field: source.field, name, depth: depth + 1 });
  }
  const { collection } = source;
  const query = buildQuery(context.core, {
    collection,
    refers: { field: source.field, values: [name] },
  });
  const { rows } = await context.scope.find(query, { offset: 0, limit: 1, count: false });
  return rows[0] && `${collection.id}/${schemaOf(collection).fromRow(rows[0]).id}`;
}

/** The field that a field of a view was selected from. */
function selectedFrom(
  { core }: Context,
  view: Collection,
  { name }: Field,
): { collection: Collection; field: Field } | undefined {
  const { viewQuery } = view.options;
  const query = parseViewQuery(typeof viewQuery === 'string' ? viewQuery : '');
  const column = query.columns.findLast(({ alias }) => alias === name);
  return column && sourceOf(column, query, (table) => core.catalog.find(table));
}
