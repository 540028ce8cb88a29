import {
  AppError,
  type Collection,
  type Field,
  type JsonObject,
  type QueryConsole,
} from '@davit/domain';
import { schemaOf } from '../schema.ts';
import { shape } from '../shape/shape.ts';
import { randomText } from '../fields/random.ts';
import { generatedCollectionId, scaffold } from './scaffold.ts';
import { checkIds, SAMPLE } from './save-view.ts';
import { viewFields } from './view-fields.ts';

export interface ViewSample {
  fields: Field[];
  sample: JsonObject[];
}

/** What a view of this query would have and show. Throws `invalid` with what is wrong. */
export async function dryRunView(
  query: string,
  { console, find }: { console: QueryConsole; find: (name: string) => Collection | undefined },
): Promise<ViewSample> {
  try {
    const name = `temp_view_${randomText(5)}`;
    const id = generatedCollectionId('view', name);
    const fields = viewFields(query, find);
    const collection: Collection = { ...scaffold('view'), id, name, fields };
    const rows = await console.sampleView(query.trim().replace(/;+$/, ''), SAMPLE);
    checkIds(rows);
    const schema = schemaOf(collection);
    const sample = rows.map((row) =>
      shape(schema.fromRow(row), { collection, hidden: false, email: true }),
    );
    return { fields, sample };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = `Invalid view query. Raw error: \n${error.message}`;
    throw new AppError('invalid', message, { cause: error });
  }
}
