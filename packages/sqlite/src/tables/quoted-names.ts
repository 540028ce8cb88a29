import { quoteIdentifier } from '../sql.ts';

const NAME = /\{\{[\w\-. ]+\}\}|\[\[[\w\-. ]+\]\]/g;

/** SQL of users with names as they may write them for PocketBase, `{{table}}` and `[[table.column]]`, as SQLite reads. */
export function withQuotedNames(sql: string): string {
  return sql.replaceAll(NAME, (name) =>
    name.slice(2, -2).split('.').map(quoteIdentifier).join('.'),
  );
}
