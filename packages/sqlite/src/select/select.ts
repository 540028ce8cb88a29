import type { Order, PageRequest, Query, Row } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { ReadJob } from '../readers/read-job.ts';
import { ROW_GUARD } from '../readers/row-guard.ts';
import type { Statement } from '../readers/statement-cache.ts';
import type { Sql } from '../sql.ts';
import { bind, column, identifier, join, raw, sql } from '../sql.ts';
import { ConditionWriter, GIVEN_ROWS } from './condition.ts';

/** A query and a page of it as statements. Throws `invalid` for what cannot be asked. */
export function compileQuery(query: Query, page: PageRequest): ReadJob {
  return compile(query, page, []);
}

/** A page whose rows pass the guard, which every connection that runs it must know. */
export function compileGuarded(query: Query, page: Omit<PageRequest, 'count'>): Statement {
  return compile(query, { ...page, count: false }, [raw(ROW_GUARD)]).page;
}

function compile(query: Query, { offset, limit, count }: PageRequest, guards: Sql[]): ReadJob {
  const writer = new ConditionWriter(query);
  const given = query.rows
    ? sql`WITH ${identifier(GIVEN_ROWS)} AS (${givenRows(query.rows)}) `
    : raw('');
  const from = query.rows
    ? sql`${identifier(GIVEN_ROWS)} AS ${identifier(query.table)}`
    : identifier(query.table);
  const conditions = query.where ? [...guards, writer.condition(query.where)] : guards;
  const where = conditions.length > 0 ? sql` WHERE ${join(conditions, ' AND ')}` : raw('');
  const source = sql` FROM ${from}${writer.joins(query.joins)}${where}`;
  const order = orderBy(query.order, query.table, writer);
  const distinct = raw(query.joins.length > 0 ? 'DISTINCT ' : '');
  const page = sql`${given}SELECT ${distinct}${identifier(query.table)}.*${source}${order}${range(offset, limit)}`;
  if (!count) return { page: statement(page) };
  return { page: statement(page), count: statement(sql`${given}SELECT ${total(query)}${source}`) };
}

/**
 * Written out rather than bound: SQLite plans a statement anew whenever a bound LIMIT is set, which takes longer than
 * to read a record.
 */
function range(offset: number, limit: number): Sql {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(limit)) {
    throw new AppError('invalid', 'A page begins and ends at whole numbers.');
  }
  return raw(offset > 0 ? ` LIMIT ${limit} OFFSET ${offset}` : ` LIMIT ${limit}`);
}

/** Rows without the repetitions that joins make. */
function total(query: Query): Sql {
  const hasRowid = query.view !== true && query.rows === undefined;
  if (query.joins.length === 0 && query.view !== true) return raw('COUNT(*)');
  return sql`COUNT(DISTINCT ${column(query.table, hasRowid ? '_rowid_' : 'id')})`;
}

function orderBy(order: readonly Order[], table: string, writer: ConditionWriter): Sql {
  if (order.length === 0) return raw('');
  const terms = order.map(({ by, descending }) => {
    const direction = raw(descending ? ' DESC' : ' ASC');
    if (by.kind === 'random') return raw('RANDOM()');
    if (by.kind === 'rowid') return sql`${column(table, '_rowid_')}${direction}`;
    return sql`${writer.expression(by)}${direction}`;
  });
  return sql` ORDER BY ${join(terms, ', ')}`;
}

function givenRows(rows: readonly Row[]): Sql {
  const [first] = rows;
  if (!first) throw new AppError('invalid', 'A query over given rows needs at least one.');
  const columns = Object.keys(first);
  const selects = rows.map((row) => {
    const cells = columns.map((name) => sql`${bind(row[name] ?? null)} AS ${identifier(name)}`);
    return sql`SELECT ${join(cells, ', ')}`;
  });
  return join(selects, ' UNION ALL ');
}

function statement({ text, values }: Sql): Statement {
  return { sql: text, parameters: values };
}
