import type { Collection, Field } from '@davit/domain';
import { parseViewQuery } from './view-columns.ts';
import { viewFields, viewQueryOf } from './view-fields.ts';

/** Views whose fields follow from what has changed, as they are now. One that cannot be read stays as it is. */
export function changedViews(
  views: readonly Collection[],
  find: (name: string) => Collection | undefined,
): Collection[] {
  return views.flatMap((view) => {
    const fields = fieldsNow(view, find);
    return fields && shapeOf(fields) !== shapeOf(view.fields) ? [{ ...view, fields }] : [];
  });
}

function fieldsNow(
  view: Collection,
  find: (name: string) => Collection | undefined,
): Field[] | undefined {
  try {
    const query = viewQueryOf(view);
    // A table that got another name is renamed in the view by SQLite; its query here is the old one.
    const { tables } = parseViewQuery(query);
    return tables.every(({ original }) => find(original)) ? viewFields(query, find) : undefined;
  } catch {
    return undefined;
  }
}

/** Ids of cloned fields are random: they do not count. */
function shapeOf(fields: readonly Field[]): string {
  return JSON.stringify(
    fields.map((field) =>
      Object.entries({ ...field, id: '' }).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
  );
}
