import {
  AppError,
  type Collection,
  type Field,
  type JsonObject,
  type QueryConsole,
  type Row,
} from '@davit/domain';
import { schemaOf } from '../schema.ts';
import { shape } from '../shape/shape.ts';
import { randomText } from '../fields/random.ts';
import { generatedCollectionId, scaffold } from './scaffold.ts';
import { checkIds, SAMPLE } from './save-view.ts';
import { checkSingle, trimmedQuery } from './view-columns.ts';
import { readViewFields, viewComplaint } from './view-fields.ts';

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
    checkSingle(query);
    const fields = readViewFields(query, find);
    const collection: Collection = { ...scaffold('view'), id, name, fields };
    const rows = await sampleOf(console, query);
    const complaint = viewComplaint(fields);
    if (complaint) throw new Error(complaint.message);
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

/** A view that is kept names the tables that it misses with their database. */
async function sampleOf(console: QueryConsole, query: string): Promise<Row[]> {
  try {
    return await console.sampleView(trimmedQuery(query), SAMPLE);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const message = error.message.replace(/(no such table: )(?!main\.)/, '$1main.');
    throw new AppError('invalid', message, { cause: error });
  }
}
