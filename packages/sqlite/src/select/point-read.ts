import type { Condition, Expression, PageRequest, Query } from '@davit/domain';

/**
 * Whether the query looks up one record by its id, or looks at one that was given with it: cheaper to run at once than
 * to send to a thread.
 */
export function isPointRead(query: Query, page: PageRequest): boolean {
  if (page.limit !== 1 || page.count || query.joins.length > 0 || query.view) return false;
  const { where, rows } = query;
  if (rows) return rows.length === 1;
  if (!where) return false;
  const conditions = where.kind === 'and' ? where.items : [where];
  return conditions.some((condition) => isIdLookUp(condition, query.table));
}

function isIdLookUp(condition: Condition, table: string): boolean {
  if (condition.kind === 'in') {
    return isId(condition.of, table) && condition.values.length === 1;
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
