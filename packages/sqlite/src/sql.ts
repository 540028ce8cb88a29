import type { Value } from '@davit/domain';

export type SqlValue = Exclude<Value, boolean>;

/** A piece of a statement and the values bound in it, in order. */
export interface Sql {
  text: string;
  values: SqlValue[];
}

/** `sql\`${column} = ${bind(5)}\``: pieces are put together, values stay bound. */
export function sql(strings: TemplateStringsArray, ...pieces: Sql[]): Sql {
  let text = strings[0] ?? '';
  const values: SqlValue[] = [];
  for (const [index, piece] of pieces.entries()) {
    text += piece.text + (strings[index + 1] ?? '');
    for (const value of piece.values) values.push(value);
  }
  return { text, values };
}

export function bind(value: Value): Sql {
  return { text: '?', values: [typeof value === 'boolean' ? Number(value) : value] };
}

/** Text of our own making. Never pass what came from outside. */
export function raw(text: string): Sql {
  return { text, values: [] };
}

export function identifier(name: string): Sql {
  return raw(quoteIdentifier(name));
}

export function column(alias: string, name: string): Sql {
  return raw(`${quoteIdentifier(alias)}.${quoteIdentifier(name)}`);
}

export function join(pieces: Sql[], separator: string): Sql {
  return {
    text: pieces.map((piece) => piece.text).join(separator),
    values: pieces.flatMap((piece) => piece.values),
  };
}

/** Backticks, as PocketBase writes them into the schema. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
