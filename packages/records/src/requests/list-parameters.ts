import { AppError } from '@davit/domain';
import { badRequest } from '../failure.ts';
import type { RequestInfo } from '../request.ts';

const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 1000;

export interface ListParameters {
  page: number;
  perPage: number;
  skipTotal: boolean;
  filter: string;
  sort: string;
}

/** Throws `invalid` for what is not a number or a boolean, `forbidden` for `@collection` in a client's filter. */
export function parseListParameters(request: RequestInfo): ListParameters {
  refuseReserved(request);
  const { query } = request;
  const { filter = '', sort = '' } = query;
  const page = parseInteger(query.page);
  const perPage = parseInteger(query.perPage);
  return {
    page: page > 0 ? page : 1,
    perPage: perPage > 0 ? Math.min(perPage, MAX_PER_PAGE) : DEFAULT_PER_PAGE,
    skipTotal: parseBoolean(query.skipTotal),
    filter,
    sort,
  };
}

/** What a client's filter and sort must not look into. Throws `forbidden`. */
export function refuseReserved({ query, auth }: RequestInfo): void {
  const { filter = '', sort = '' } = query;
  if (auth?.superuser) return;
  for (const reserved of ['@collection.', '@request.']) {
    if (!filter.includes(reserved) && !sort.includes(reserved)) continue;
    throw new AppError('forbidden', `Only superusers can filter by ${reserved}`);
  }
}

function parseInteger(text: string = ''): number {
  if (text === '') return 0;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw badRequest();
  return Number(text);
}

function parseBoolean(text: string = ''): boolean {
  if (text === '') return false;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw badRequest();
}
