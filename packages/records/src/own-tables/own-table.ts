import type { Collection, Field, RecordStore } from '@davit/domain';
import type { Core } from '../core.ts';
import { normalizeField } from '../collections/field-options.ts';
import { scaffold } from '../collections/scaffold.ts';
import { badRequest } from '../failure.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import { parseListParameters } from '../requests/list-parameters.ts';
import { schemaOf } from '../schema.ts';
import type { OwnPage } from './own-page.ts';

export interface TableReader {
  core: Pick<Core, 'catalog' | 'clock'>;
  store: Pick<RecordStore, 'find'>;
}

/** A table of Davit's own as if it were a collection: rows are read and written, filtered and sorted like records. */
export function ownTable(name: string, fields: Record<string, Field['type']>): Collection {
  return {
    ...scaffold('base'),
    id: name,
    name,
    fields: Object.entries(fields).map(([field, type]) => normalizeField({ type, name: field })),
  };
}

/** Throws `invalid` for parameters that cannot be read and expressions that do not resolve. */
export async function listOwn(
  { core, store }: TableReader,
  table: Collection,
  { parameters, only = '', sort: otherwise = '' }: OwnListOptions,
): Promise<OwnPage<RecordData>> {
  const asked = { context: 'default' as const, method: 'GET', headers: {}, body: {}, ip: '' };
  // reserved names do not resolve here, whoever asks
  const list = parseListParameters({ ...asked, query: parameters });
  const { page, perPage, skipTotal, filter, sort } = list;
  try {
    const query = buildQuery(core, {
      collection: table,
      trusted: true,
      ...(only !== '' && { rule: only }),
      filter,
      sort: sort || otherwise,
    });
    const offset = (page - 1) * perPage;
    const found = await store.find(query, { offset, limit: perPage, count: !skipTotal });
    const totalPages = found.total < 0 ? -1 : Math.ceil(found.total / perPage);
    const items = found.rows.map((row) => schemaOf(table).fromRow(row));
    return { items, page, perPage, totalItems: found.total, totalPages };
  } catch (error) {
    throw badRequest(error);
  }
}

export interface OwnListOptions {
  parameters: Record<string, string>;
  /** rows that do not satisfy this are not there; from ourselves */
  only?: string;
  /** where none is asked for */
  sort?: string;
}
