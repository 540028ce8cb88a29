import type { Collection, RecordStore } from '@davit/domain';
import type { Core } from '../core.ts';
import { badRequest } from '../failure.ts';
import { buildQuery } from '../queries/build-query.ts';
import { checkPlainFilter, checkPlainSort } from '../own-tables/plain-filter.ts';
import { parseListParameters } from '../requests/list-parameters.ts';
import { normalizeField } from './field-options.ts';
import { scaffold } from './scaffold.ts';
import type { CollectionPage } from './catalog.ts';

/** `_collections` as if it were a collection: what its list can be filtered and sorted by. */
const TABLE: Collection = {
  ...scaffold('base'),
  id: '_collections',
  name: '_collections',
  fields: [
    normalizeField({ type: 'text', name: 'id' }),
    normalizeField({ type: 'text', name: 'name' }),
    normalizeField({ type: 'text', name: 'type' }),
    normalizeField({ type: 'bool', name: 'system' }),
    normalizeField({ type: 'date', name: 'created' }),
    normalizeField({ type: 'date', name: 'updated' }),
  ],
};

const COLUMN = /^(id|name|type|system|created|updated)$/;

/** One page of the collections, by the standard list parameters. Throws `invalid`. */
export async function collectionPage(
  core: Core,
  store: RecordStore,
  parameters: Record<string, string>,
): Promise<CollectionPage> {
  const request = {
    context: 'default' as const,
    method: 'GET',
    query: parameters,
    headers: {},
    body: {},
    ip: '',
  };
  try {
    // reserved names do not resolve here, whoever asks
    const { page, perPage, skipTotal, filter, sort } = parseListParameters(request);
    checkPlainFilter(filter, COLUMN);
    checkPlainSort(sort, COLUMN);
    const offset = (page - 1) * perPage;
    const query = buildQuery(core, { collection: TABLE, trusted: true, filter, sort });
    const found = await store.find(query, { offset, limit: perPage, count: !skipTotal });
    const items = found.rows.flatMap(({ id }) => core.catalog.find(String(id)) ?? []);
    const totalPages = found.total < 0 ? -1 : Math.ceil(found.total / perPage);
    return { items, page, perPage, totalItems: found.total, totalPages };
  } catch (error) {
    throw badRequest(error);
  }
}
