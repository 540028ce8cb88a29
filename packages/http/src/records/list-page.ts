import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import type { ListResult } from '@davit/records';

const SORTABLE = new Set(['id', 'created', 'updated', 'name', 'system', 'type']);
const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 1000;

/** One page of a list that is in memory, by the standard list parameters. Errors: `invalid`. */
export function listPage(items: JsonObject[], query: Record<string, string>): ListResult {
  if (query.filter) throw new AppError('invalid', 'Collections cannot be filtered yet.');
  const sorted = query.sort ? sortItems(items, query.sort) : items;
  const page = positive(query.page, 1);
  const perPage = Math.min(positive(query.perPage, DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const start = (page - 1) * perPage;
  const count = !['1', 't', 'T', 'true', 'TRUE', 'True'].includes(query.skipTotal ?? '');
  return {
    items: sorted.slice(start, start + perPage),
    page,
    perPage,
    totalItems: count ? items.length : -1,
    totalPages: count ? Math.ceil(items.length / perPage) : -1,
  };
}

function positive(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  if (!/^[+-]?\d+$/.test(text)) throw new AppError('invalid', '');
  const number = Number(text);
  return number > 0 ? number : otherwise;
}

function sortItems(items: JsonObject[], sort: string): JsonObject[] {
  const keys = sort.split(',').map((part) => {
    const [, sign, name = ''] = /^([+-]?)(.*)$/.exec(part.trim()) ?? [];
    if (!SORTABLE.has(name)) throw new AppError('invalid', '');
    return { name, direction: sign === '-' ? -1 : 1 };
  });
  return items.toSorted((left, right) => {
    for (const { name, direction } of keys) {
      const order = compare(left[name] ?? null, right[name] ?? null);
      if (order !== 0) return order * direction;
    }
    return 0;
  });
}

function compare(left: Json, right: Json): number {
  if (left === right) return 0;
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
