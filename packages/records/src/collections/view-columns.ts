import { listParts } from '@davit/domain';

/** A column, or a table, of a query. */
export interface ViewPart {
  /** what is selected, without the quotes around names */
  original: string;
  /** the name it goes by */
  alias: string;
}
export interface ViewQuery {
  columns: ViewPart[];
  /** those after FROM, then the joined ones */
  tables: ViewPart[];
}

const BLANK = ' \n\t';
const COMMENT = /\/\*[\s\S]*?\*\/|--.+$/gm;
const JOIN =
  /\s+(?:(?:full|left|right)\s+outer\s+join|(?:full|cross|inner|outer|left|right)\s+join|join)\s+?/gim;
const REST = /\s+(?:where|group\s+by|having|order|limit|with)\s+?/gim;

/**
 * The columns of a SELECT and the tables behind them, as far as PocketBase's parser sees them: words, where quotes and
 * parentheses keep together what is inside. Throws what is wrong as plain text.
 */
export function parseViewQuery(query: string): ViewQuery {
  const text = trimmedQuery(query)
    .replace(COMMENT, ' ')
    .replace(JOIN, ' __join__ ')
    .replace(REST, ' __rest__ ');
  const clauses = { select: '', from: '', join: '' };
  let current: keyof typeof clauses | undefined;
  let skips = false;
  for (const word of words(text)) {
    const name = word.trim().toLowerCase();
    if (name === 'select' || name === 'from') {
      current = name;
      skips = false;
    } else if (name === '__join__') {
      if (current === 'join') clauses.join += ',';
      current = 'join';
      skips = false;
    } else if (name !== 'distinct') {
      skips ||= name === '__rest__' || (current === 'join' && name === 'on');
      if (!skips && current) clauses[current] += ` ${word}`;
    }
  }
  const columns = partsOf(clauses.select);
  return { columns, tables: [...partsOf(clauses.from), ...partsOf(clauses.join)] };
}

/** Without what may stand around a statement. */
export function trimmedQuery(query: string): string {
  return query.trim().replace(/^;+|;+$/g, '');
}

/** Throws unless it is one statement. */
export function checkSingle(query: string): void {
  const { parts, open = '' } = listParts(trimmedQuery(query), ';');
  const statements = [...parts.map(({ text }) => text), open];
  if (statements.filter((text) => text.trim() !== '').length > 1)
    throw new Error('multiple statements are not supported');
}

/** Each with the separator after it. */
function words(text: string): string[] {
  return split(text, `,${BLANK}`).map((part) => part.text + part.separator);
}

function partsOf(clause: string): ViewPart[] {
  return split(clause, ',')
    .filter(({ text }) => text.trim() !== '')
    .map(({ text }) => partOf(split(text.trim(), BLANK).map((part) => part.text)));
}

function partOf(parts: string[]): ViewPart {
  const given = parts.filter((part) => part !== '');
  const [original = '', second, third, ...more] = given;
  if (more.length > 0) throw new Error(`invalid identifier parts [${given.join(' ')}]`);
  if (third !== undefined && second?.toLowerCase() !== 'as') {
    throw new Error(`invalid identifier part - expected "as", got ${second}`);
  }
  const alias = third ?? second ?? original.split('.').at(-1) ?? '';
  return {
    original: unquoted(original, /^[`"[\];]+|[`"[\];]+$/g),
    alias: unquoted(alias, /^[`"[\];']+|[`"[\];']+$/g),
  };
}

function unquoted(name: string, quotes: RegExp): string {
  return name
    .split('.')
    .map((part) => part.replace(quotes, ''))
    .join('.');
}

function split(text: string, separators: string): { text: string; separator: string }[] {
  const { parts, open } = listParts(text, separators);
  if (open === undefined) return parts;
  throw new Error(`unbalanced parenthesis or quoted expression: ${JSON.stringify(open)}`);
}
