import type { Operator, Value } from '@davit/domain';
import type { Sql } from '../sql.ts';
import { bind, raw, sql } from '../sql.ts';

/** One side of a comparison, and what is known about it before a row is read. */
export interface Side {
  sql: Sql;
  /** compared as it is, without treating null and '' as the same */
  exact: boolean;
  known: 'empty' | 'value' | undefined;
  /** set where the side is a plain value */
  value?: Value;
}

export function comparisonSql(operator: Operator, left: Side, right: Side): Sql {
  switch (operator) {
    case '=':
      return equalSql(left, right);
    case '!=':
      return notEqualSql(left, right);
    case '~':
      return sql`${left.sql} LIKE ${patternSql(right)} ESCAPE '\\'`;
    case '!~':
      return sql`${left.sql} NOT LIKE ${patternSql(right)} ESCAPE '\\'`;
    default:
      return sql`${left.sql} ${raw(operator)} ${right.sql}`;
  }
}

const EMPTY = raw(`''`);

/** Avoids COALESCE where something is known about a side: a plain `=` can use an index. */
function equalSql(left: Side, right: Side): Sql {
  if (left.exact || right.exact) return sql`${left.sql} IS ${right.sql}`;
  const [a, b] = [orEmpty(left), orEmpty(right)];
  if (isDecided(left, right)) return sql`${a} = ${b}`;
  if (left.known === 'empty') return sql`('' = ${b} OR ${b} IS NULL)`;
  if (right.known === 'empty') return sql`(${a} = '' OR ${a} IS NULL)`;
  return sql`COALESCE(${a}, '') = COALESCE(${b}, '')`;
}

/** `IS NOT` rather than `!=`, which is null where a side is. */
function notEqualSql(left: Side, right: Side): Sql {
  if (left.exact || right.exact) return sql`${left.sql} IS NOT ${right.sql}`;
  const [a, b] = [orEmpty(left), orEmpty(right)];
  if (isDecided(left, right)) return sql`${a} IS NOT ${b}`;
  if (left.known === 'empty') return sql`('' IS NOT ${b} AND ${b} IS NOT NULL)`;
  if (right.known === 'empty') return sql`(${a} IS NOT '' AND ${a} IS NOT NULL)`;
  return sql`COALESCE(${a}, '') IS NOT COALESCE(${b}, '')`;
}

function orEmpty(side: Side): Sql {
  return side.known === 'empty' ? EMPTY : side.sql;
}

function isDecided(left: Side, right: Side): boolean {
  const bothEmpty = left.known === 'empty' && right.known === 'empty';
  return bothEmpty || left.known === 'value' || right.known === 'value';
}

function patternSql(side: Side): Sql {
  if (side.value === undefined || side.value === null) return sql`('%' || ${side.sql} || '%')`;
  return bind(likePattern(String(side.value)));
}

/** "Contains", unless the text brings its own `%`. */
function likePattern(text: string): string {
  if (hasWildcard(text)) return text;
  return `%${text.replace(/\\?[\\%_]/g, (found) => (found.length > 1 ? found : `\\${found}`))}%`;
}

/** Whether a `%` stands in it that is not escaped. */
function hasWildcard(text: string): boolean {
  return text.replace(/\\[\\%]/g, '').includes('%');
}
