import type { Condition, Expression, PageRequest, Query } from '@davit/domain';

/** Rows that are read sooner than a thread is asked for them. */
export const HANDFUL = 50;

/**
 * Whether the query looks up a few records by their ids, looks at one that was given with it, or takes the first ones
 * of a table: cheaper to run at once than to send to a thread.
 */
export function isQuickRead(query: Query, { offset, limit, count }: PageRequest): boolean {
  if (offset + limit > HANDFUL || count || query.joins.length > 0 || query.view) return false;
  const { where, rows, order } = query;
  if (rows) return rows.length === 1;
  if (!where) return order.length === 0;
  const conditions = where.kind === 'and' ? where.items : [where];
  return conditions.some((condition) => isIdLookUp(condition, query.table));
}

function isIdLookUp(condition: Condition, table: string): boolean {
  if (condition.kind === 'in') {
    return isId(condition.of, table) && condition.values.length <= HANDFUL;
  }
  if (condition.kind === 'equal') return isId(condition.left, table) && isValue(condition.right);
  if (condition.kind !== 'compare' || condition.operator !== '=') return false;
  return isId(condition.left.expression, table) && isValue(condition.right.expression);
}

function isId(expression: Expression, table: string): boolean {
  const { kind } = expression;
  return kind === 'column' && expression.alias === table && expression.column === 'id';
}

function isValue({ kind }: Expression): boolean {
  return kind === 'value';
}
