import { splitList } from '@davit/domain';

export interface ViewColumn {
  /** the name in the view */
  alias: string;
  /** what is selected */
  expression: string;
  /** `[table.]column`, where it is just that */
  source?: { table: string; column: string };
}

export interface ViewQuery {
  columns: ViewColumn[];
  /** real table names by the name they go by in the query, in order */
  tables: ReadonlyMap<string, string>;
}

const QUOTES = /^[`"'[]|[`"'\]]$/g;
const END_OF_FROM =
  /\b(?:where|group\s+by|having|order\s+by|limit|union|except|intersect|window)\b/i;
const JOIN = /\b(?:natural\s+)?(?:(?:left|right|full)\s+(?:outer\s+)?|inner\s+|cross\s+)?join\b/i;

/** The columns of a single SELECT and the tables behind them. Throws what is wrong as plain text. */
export function parseViewQuery(query: string): ViewQuery {
  const text = withoutComments(query).trim().replace(/;+$/, '');
  if (topLevel(text, /;/) >= 0) throw new Error('multiple statements are not supported');
  const main = /^with\b/i.test(text) ? text.slice(topLevel(text, /\bselect\b/i)) : text;
  const start = /^select\s+(?:distinct\s+|all\s+)?/i.exec(main);
  if (start === null) throw new Error('a single SELECT is expected');
  const rest = main.slice(start[0].length);
  const from = topLevel(rest, /\bfrom\b/i);
  const list = from < 0 ? rest : rest.slice(0, from);
  const columns = (splitList(list) ?? []).map(parseColumn);
  return { columns, tables: parseTables(from < 0 ? '' : rest.slice(from + 'from'.length)) };
}

function parseColumn(text: string): ViewColumn {
  if (/(^|\.)\s*\*$/.test(text)) {
    throw new Error(
      'wildcard columns (*) are not supported - manually type the collection field names you want the view query to have',
    );
  }
  const [, before = text, named] =
    /^([\s\S]+?)\s+as\s+(\S+)$/i.exec(text) ?? withoutKeyword(text) ?? [];
  const expression = before.trim().replace(/^\(\s*([\w.`"[\]]+)\s*\)$/, '$1');
  const parts = expression.split('.').map((part) => part.replace(QUOTES, ''));
  const isPlain = parts.length <= 2 && parts.every((part) => /^[A-Za-z_]\w*$/.test(part));
  const column = parts.at(-1) ?? '';
  const alias = (named ?? (isPlain ? column : expression)).replace(QUOTES, '');
  if (!isPlain) return { alias, expression };
  const table = parts.length === 2 ? (parts[0] ?? '') : '';
  return { alias, expression, source: { table, column } };
}

/** `sum(views) total`: two words outside of quotes and parentheses */
function withoutKeyword(text: string): [string, string, string] | undefined {
  const words = (splitList(text.replace(/\s/g, ' '), ' ') ?? []).filter((word) => word !== '');
  const [expression, alias, ...more] = words;
  if (expression === undefined || alias === undefined || more.length > 0) return undefined;
  return [text, expression, alias];
}

function parseTables(text: string): ReadonlyMap<string, string> {
  const end = topLevel(text, END_OF_FROM);
  const clause = end < 0 ? text : text.slice(0, end);
  const tables = new Map<string, string>();
  for (const part of clause.split(JOIN).flatMap((joined) => splitList(joined) ?? [])) {
    const source = part.replace(/\b(?:on|using)\b[\s\S]*$/i, '').trim();
    const [, table = '', alias = ''] = /^(\S+)(?:\s+(?:as\s+)?(\S+))?$/i.exec(source) ?? [];
    const name = table.replace(QUOTES, '');
    if (/^\w+$/.test(name)) tables.set(alias.replace(QUOTES, '') || name, name);
  }
  return tables;
}

/** Where a keyword stands outside of quotes and parentheses; -1: nowhere. */
function topLevel(text: string, keyword: RegExp): number {
  let depth = 0;
  let quote = '';
  const masked = [...text].map((character) => {
    if (quote !== '') {
      if (character === quote) quote = '';
      return ' ';
    }
    if ('\'"`'.includes(character)) {
      quote = character;
      return ' ';
    }
    if (character === '(') depth++;
    const masks = depth > 0;
    if (character === ')') depth--;
    return masks ? ' ' : character;
  });
  return masked.join('').search(keyword);
}

function withoutComments(text: string): string {
  return text.replace(/--[^\n]*/g, ' ').replace(/\/\*[\s\S]*?\*\//g, ' ');
}
