import type { Condition, Expression, Join, MultiMatch, Operand, Query, Value } from '@davit/domain';
import type { Sql } from '../sql.ts';
import { bind, column, identifier, join, raw, sql } from '../sql.ts';
import type { Side } from './comparison.ts';
import { comparisonSql } from './comparison.ts';
import { entriesSql, expressionSql } from './expression.ts';

type Comparison = Extract<Condition, { kind: 'compare' }>;

/** Name of the rows given with a query, where there are any. */
export const GIVEN_ROWS = '__rows';

/** Writes the conditions of one query. */
export class ConditionWriter {
  readonly #query: Pick<Query, 'table' | 'rows'>;

  constructor(query: Pick<Query, 'table' | 'rows'>) {
    this.#query = query;
  }

  condition(condition: Condition): Sql {
    switch (condition.kind) {
      case 'constant':
        return raw(condition.value ? '1=1' : '0=1');
      case 'and':
      case 'or':
        return this.#list(condition.items, condition.kind);
      case 'equal':
        return sql`${this.expression(condition.left)} = ${this.expression(condition.right)}`;
      case 'in':
        return oneOf(this.expression(condition.of), condition.values);
      case 'entry': {
        const entries = entriesSql(this.expression(condition.list));
        return sql`${this.expression(condition.of)} IN (SELECT value FROM ${entries})`;
      }
      case 'compare':
        return this.#compare(condition);
    }
  }

  expression(expression: Expression): Sql {
    if (expression.kind === 'condition') return sql`(${this.condition(expression.of)})`;
    return expressionSql(expression, (inner) => this.expression(inner));
  }

  joins(joins: readonly Join[]): Sql {
    return join(
      joins.map(({ alias, source, on }) => {
        const from = source.kind === 'table' ? identifier(source.table) : this.#each(source.of);
        const condition = on ? sql` ON ${this.condition(on)}` : raw('');
        return sql` LEFT JOIN ${from} ${identifier(alias)}${condition}`;
      }),
      '',
    );
  }

  #each(list: Expression): Sql {
    const written = this.expression(list);
    return list.kind === 'value' ? sql`json_each(${written})` : entriesSql(written);
  }

  #list(items: readonly Condition[], kind: 'and' | 'or'): Sql {
    if (items.length === 0) return raw(kind === 'and' ? '1=1' : '0=1');
    const separator = kind === 'and' ? ' AND ' : ' OR ';
    return sql`(${join(
      items.map((item) => this.condition(item)),
      separator,
    )})`;
  }

  #compare(comparison: Comparison): Sql {
    const { operator, left, right, any } = comparison;
    const [a, b] = [this.#side(left), this.#side(right)];
    const row = comparisonSql(operator, a, b);
    if (any || (!left.multi && !right.multi)) return row;
    return sql`(${row} AND NOT EXISTS (${this.#counterExample(comparison)}))`;
  }

  /** Selects a value of a multi-value path that does not satisfy the comparison. */
  #counterExample({ operator, left, right }: Comparison): Sql {
    const value = (alias: string): Sql => column(alias, 'multiMatchValue');
    const checked = (operand: Operand, alias: string): Side => ({
      sql: value(alias),
      exact: operand.exact === true,
      known: undefined,
    });
    const other = (operand: Operand): Side => ({ ...this.#side(operand), exact: false });
    if (left.multi && right.multi) {
      const [l, r] = [this.#values(left.multi), this.#values(right.multi)];
      const holds = comparisonSql(operator, checked(left, '__ml'), checked(right, '__mr'));
      return sql`SELECT 1 FROM (${l}) __ml LEFT JOIN (${r}) __mr WHERE NOT (${holds})`;
    }
    const multi = left.multi ?? right.multi;
    const [a, b] = left.multi
      ? [checked(left, '__sm'), other(right)]
      : [other(left), checked(right, '__sm')];
    const values = multi ? this.#values(multi) : raw('');
    return sql`SELECT 1 FROM (${values}) __sm WHERE NOT (${comparisonSql(operator, a, b)})`;
  }

  #values({ base, table, alias, joins, expression }: MultiMatch): Sql {
    const isGiven = this.#query.rows !== undefined && base === this.#query.table;
    const from = identifier(isGiven ? GIVEN_ROWS : table);
    return sql`SELECT ${this.expression(expression)} AS multiMatchValue FROM ${from} ${identifier(alias)}${this.joins(joins)} WHERE ${column(alias, 'id')} = ${column(base, 'id')}`;
  }

  #side({ expression, exact }: Operand): Side {
    const written = this.expression(expression);
    if (expression.kind === 'lower') {
      const inner = expression.of.kind === 'value' ? knownOf(expression.of.value) : undefined;
      return { sql: written, exact: exact === true, known: inner };
    }
    if (expression.kind !== 'value') {
      return { sql: written, exact: exact === true, known: undefined };
    }
    const { value } = expression;
    return { sql: written, exact: exact === true, known: knownOf(value), value };
  }
}

function knownOf(value: unknown): 'empty' | 'value' {
  return value === null || value === '' ? 'empty' : 'value';
}

/** A single value without a list, which SQLite would keep in a table of its own. */
function oneOf(of: Sql, values: readonly Value[]): Sql {
  const [value, ...more] = values;
  if (value !== undefined && more.length === 0) return sql`${of} = ${bind(value)}`;
  return sql`${of} IN (${join(values.map(bind), ', ')})`;
}
