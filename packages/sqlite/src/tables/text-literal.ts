import { quoteText } from '../sql.ts';

const MOST_LITERALS = 100;
const MISSING = /no such column: "(.*)" - should this be a string literal/s;

/**
 * Runs `attempt` with a statement. PocketBase's SQLite takes `"text"` for text where no such column is; ours does
 * not, and while such a statement is in the schema no column anywhere can be renamed. So it gets single quotes.
 */
export function withTextLiterals<T>(statement: string, attempt: (statement: string) => T): T {
  let text = statement;
  for (let count = 0; ; count++) {
    try {
      return attempt(text);
    } catch (error) {
      const literal = error instanceof Error ? MISSING.exec(error.message)?.[1] : undefined;
      const next =
        literal === undefined ? text : text.replaceAll(`"${literal}"`, quoteText(literal));
      if (next === text || count >= MOST_LITERALS) throw error;
      text = next;
    }
  }
}
