import type { Collection, FieldErrors } from '@davit/domain';
import { AppError, parseIndex } from '@davit/domain';

/**
 * What SQLite threw, in our words: `conflict` (naming the columns), `unavailable`, `timeout`, `invalid`.
 * `collection` tells which columns an index that is named in the message stands for.
 */
export function toDatabaseError(error: unknown, collection?: Collection): AppError {
  if (AppError.is(error)) return error;
  const { code, message } = describe(error);
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    const data = notUnique(message, collection);
    return new AppError('conflict', 'Value must be unique.', { data, cause: error });
  }
  if (/^SQLITE_(BUSY|LOCKED|CANTOPEN)/.test(code)) {
    return new AppError('unavailable', 'The database is locked by another process.', {
      cause: error,
    });
  }
  if (code === 'SQLITE_INTERRUPT') {
    return new AppError('timeout', 'The query took too long.', { cause: error });
  }
  if (code === 'SQLITE_ERROR')
    return new AppError('invalid', sqliteMessage(error), { cause: error });
  // a RangeError is the driver's: more than one statement, or values that do not fit the places
  if (code === 'SQLITE_RANGE' || error instanceof RangeError) {
    return new AppError('invalid', message, { cause: error });
  }
  return new AppError('internal', 'Something went wrong while processing your request.', {
    cause: error,
  });
}

/** Runs `work`; what SQLite throws comes out as an AppError. */
export function translating<T>(work: () => T, collection?: Collection): T {
  try {
    return work();
  } catch (error) {
    throw toDatabaseError(error, collection);
  }
}

const SAID: Readonly<Record<string, [text: string, code: number]>> = {
  SQLITE_ERROR: ['SQL logic error', 1],
  SQLITE_ERROR_MISSING_COLLSEQ: ['SQL logic error', 257],
  SQLITE_CONSTRAINT_UNIQUE: ['constraint failed', 2067],
};

/** As PocketBase's driver words it. */
export function sqliteMessage(error: unknown): string {
  const { code, message } = describe(error);
  const [text, number] = SAID[code] ?? [];
  return text === undefined ? message : `${text}: ${message} (${number})`;
}

/** Told by the code, so that errors which crossed a thread count too. */
export function isSqliteError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message };
}

/** `UNIQUE constraint failed: posts.a, posts.b`, or `… index 'name'` for indexes over expressions. */
function notUnique(message: string, collection: Collection | undefined): FieldErrors {
  const failure = { code: 'validation_not_unique', message: 'Value must be unique.' };
  const [, index] = /index '(.+)'/.exec(message) ?? [];
  const columns =
    index === undefined
      ? [...message.matchAll(/\.(\w+)/g)].map(([, name = '']) => name)
      : columnsOf(index, collection);
  return Object.fromEntries(columns.map((name) => [name, failure]));
}

function columnsOf(indexName: string, collection: Collection | undefined): string[] {
  const indexes = (collection?.indexes ?? []).map((statement) => parseIndex(statement));
  const index = indexes.find((found) => found?.name.toLowerCase() === indexName.toLowerCase());
  const text = index?.columns.map(({ name }) => name.toLowerCase()).join(' ') ?? '';
  const names = (collection?.fields ?? []).map(({ name }) => name);
  return names.filter((name) => text.match(/\w+/g)?.includes(name.toLowerCase()));
}
