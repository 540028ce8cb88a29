import type { Expression } from '@davit/domain';
import type { Sql } from '../sql.ts';
import { bind, column, join, quoteText, raw, sql } from '../sql.ts';

type Call = Extract<Expression, { kind: 'call' }>;

/** A value that can stand anywhere in a statement. `condition` writes nested conditions. */
export function expressionSql(
  expression: Exclude<Expression, { kind: 'condition' }>,
  nested: (inner: Expression) => Sql,
): Sql {
  switch (expression.kind) {
    case 'value':
      return expression.value === null ? raw('NULL') : bind(expression.value);
    case 'column':
      return column(expression.alias, expression.column);
    case 'json':
      return jsonSql(column(expression.alias, expression.column), expression.path);
    case 'element':
      return column(expression.alias, 'value');
    case 'lower':
      return sql`LOWER(${nested(expression.of)})`;
    case 'length':
      return lengthSql(column(expression.alias, expression.column));
    case 'call':
      return callSql(expression.name, expression.args.map(nested));
  }
}

/** The entries of a multi-value column; a plain value counts as a list of one. */
export function entriesSql(list: Sql): Sql {
  return sql`json_each(CASE WHEN ${isList(list)} THEN ${list} ELSE json_array(${list}) END)`;
}

function isList(list: Sql): Sql {
  return sql`iif(json_valid(${list}), json_type(${list})='array', FALSE)`;
}

function lengthSql(list: Sql): Sql {
  const plain = sql`CASE WHEN ${list} = '' OR ${list} IS NULL THEN json_array() ELSE json_array(${list}) END`;
  return sql`json_array_length(CASE WHEN ${isList(list)} THEN ${list} ELSE (${plain}) END)`;
}

/** Wrapped in an object where the column holds no JSON, so that plain text reads as itself. */
function jsonSql(source: Sql, path: string): Sql {
  const inside = raw(quoteText(path));
  const wrapped = raw(quoteText(`$.pb${path.slice(1)}`));
  return sql`(CASE WHEN json_valid(${source}) THEN JSON_EXTRACT(${source}, ${inside}) ELSE JSON_EXTRACT(json_object('pb', ${source}), ${wrapped}) END)`;
}

function callSql(name: Call['name'], args: Sql[]): Sql {
  if (name === 'strftime') return sql`strftime(${join(args, ', ')})`;
  const [lonA = raw('NULL'), latA = raw('NULL'), lonB = raw('NULL'), latB = raw('NULL')] = args;
  // haversine, in km; clamped against rounding at the edges
  const cosine = sql`cos(radians(${latA})) * cos(radians(${latB})) * cos(radians(${lonB}) - radians(${lonA})) + sin(radians(${latA})) * sin(radians(${latB}))`;
  return sql`(6371 * acos(min(1, max(-1, ${cosine}))))`;
}
