import { AppError } from '@davit/domain';
import { readable, ruleFor } from '../access/rule.ts';
import { badRequest } from '../failure.ts';
import type { RecordsListRequestEvent } from '../hooks/events.ts';
import type { ListResult } from '../operations.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { enrich } from '../shape/enrich.ts';
import type { Context } from './context.ts';
import { parseListParameters } from './list-parameters.ts';

export async function listRecords(
  context: Context,
  idOrName: string,
  request: RequestInfo,
): Promise<ListResult> {
  const collection = readable(context.core, idOrName);
  const rule = ruleFor(collection, 'listRule', request);
  const { page, perPage, skipTotal, filter, sort } = parseListParameters(request);
  const event: Omit<RecordsListRequestEvent, 'next'> = {
    collection,
    request,
    records: [],
    page,
    perPage,
    totalItems: -1,
    totalPages: -1,
  };
  await context.core.chains.onRecordsListRequest.run(
    event,
    schemaOf(collection).tags,
    async (chained) => {
      const paging = { offset: (page - 1) * perPage, limit: perPage, count: !skipTotal };
      const found = await unexplained(() => {
        const query = buildQuery(context.core, {
          collection,
          request,
          trusted: request.auth?.superuser === true,
          filter,
          sort,
          ...(rule === undefined ? {} : { rule }),
        });
        return context.scope.find(query, paging);
      });
      const schema = schemaOf(collection);
      chained.records = found.rows.map((row) => schema.fromRow(row));
      chained.totalItems = found.total;
      chained.totalPages = found.total < 0 ? -1 : Math.ceil(found.total / perPage);
    },
  );
  if (event.records.length === 0 && rule !== undefined && filter !== '') {
    await context.core.probes.miss(`${request.ip} ${collection.id}`);
  }
  const items = await enrich({ ...context, request }, collection, event.records);
  const { totalItems, totalPages } = event;
  return { items, page, perPage, totalItems, totalPages };
}

/** Clients are not told what is wrong with an expression: it could speak of hidden fields. */
async function unexplained<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    throw AppError.is(error, 'invalid') ? badRequest(error) : error;
  }
}
