import type { Condition, Expression, Join, Query } from '@davit/domain';

/** The tables that a query's aliases stand for, those of its conditions among them. */
export function tablesOf(query: Query): Map<string, string> {
  const tables = new Map<string, string>([[query.table, query.table]]);
  addJoins(query.joins, tables);
  if (query.where) addCondition(query.where, tables);
  for (const { by } of query.order) {
    if (by.kind === 'condition') addCondition(by.of, tables);
  }
  return tables;
}

function addJoins(joins: readonly Join[], tables: Map<string, string>): void {
  for (const { alias, source, on } of joins) {
    if (source.kind === 'table') tables.set(alias, source.table);
    if (on) addCondition(on, tables);
  }
}

function addCondition(condition: Condition, tables: Map<string, string>): void {
  if (condition.kind === 'and' || condition.kind === 'or') {
    for (const item of condition.items) addCondition(item, tables);
  }
  if (condition.kind !== 'compare') return;
  for (const { expression, multi } of [condition.left, condition.right]) {
    addExpression(expression, tables);
    if (!multi) continue;
    tables.set(multi.alias, multi.table);
    addJoins(multi.joins, tables);
  }
}

function addExpression(expression: Expression, tables: Map<string, string>): void {
  if (expression.kind === 'condition') addCondition(expression.of, tables);
}
