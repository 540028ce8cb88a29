import { splitList } from './split-list.ts';

/** A parsed `CREATE INDEX` statement of a collection. */
export interface IndexDefinition {
  name: string;
  schema: string;
  table: string;
  unique: boolean;
  /** `IF NOT EXISTS` */
  optional: boolean;
  columns: IndexColumn[];
  /** expression after WHERE, or '' */
  where: string;
}
export interface IndexColumn {
  /** a column name, or an expression */
  name: string;
  collate: string;
  sort: string;
}

const STATEMENT =
  /\bcreate\s+(unique\s+)?index\s*(if\s+not\s+exists\s+)?(\S*)\s+on\s+(\S*)\s*\(([\s\S]*?)\)(?:\s+where\s+([\s\S]*?))?\s*$/i;
const COLUMN = /^([\s\S]+?)(?:\s+collate\s+(\w+))?(?:\s+(asc|desc))?\s*$/i;

/** `undefined` where the text is no index statement. The name may be missing (''). */
export function parseIndex(statement: string): IndexDefinition | undefined {
  const match = STATEMENT.exec(statement);
  if (!match) return undefined;
  const [, unique, optional, name = '', table = '', list = '', where = ''] = match;
  const columns = (splitList(list) ?? []).map(parseColumn);
  if (columns.length === 0 || columns.some((column) => column.name === '')) return undefined;
  return {
    ...parseName(name),
    table: unquote(table),
    unique: unique !== undefined,
    optional: optional !== undefined,
    columns,
    where: where.trim(),
  };
}

function parseName(text: string): { schema: string; name: string } {
  const [first = '', second] = splitList(text, '.') ?? [];
  if (second === undefined) return { schema: '', name: unquote(first) };
  return { schema: unquote(first), name: unquote(second) };
}

/** The normal form in which collections keep their indexes. */
export function renderIndex(index: IndexDefinition): string {
  const columns = index.columns.map(renderColumn);
  const list = columns.length > 1 ? `\n  ${columns.join(',\n  ')}\n` : columns.join('');
  const schema = index.schema === '' ? '' : `\`${index.schema}\`.`;
  return [
    'CREATE ',
    index.unique ? 'UNIQUE ' : '',
    'INDEX ',
    index.optional ? 'IF NOT EXISTS ' : '',
    `${schema}\`${index.name}\` ON \`${index.table}\` (${list})`,
    index.where === '' ? '' : ` WHERE ${index.where}`,
  ].join('');
}

/** Whether one of the indexes makes this column unique on its own; a WHERE clause is ignored. */
export function hasUniqueIndex(indexes: readonly string[], column: string): boolean {
  return indexes.some((statement) => {
    const index = parseIndex(statement);
    const only =
      index?.unique === true && index.columns.length === 1 ? index.columns[0] : undefined;
    return only?.name.toLowerCase() === column.toLowerCase();
  });
}

function parseColumn(text: string): IndexColumn {
  const [, name = '', collate = '', sort = ''] = COLUMN.exec(text) ?? [];
  return { name: unquote(name), collate, sort: sort.toUpperCase() };
}

function renderColumn({ name, collate, sort }: IndexColumn): string {
  const isExpression = name.includes('(') || name.includes(' ');
  return [
    isExpression ? name : `\`${name}\``,
    collate === '' ? '' : ` COLLATE ${collate}`,
    sort === '' ? '' : ` ${sort}`,
  ].join('');
}

function unquote(text: string): string {
  return text.replace(/^[`"'[\]\s]+|[`"'[\]\s]+$/g, '');
}
