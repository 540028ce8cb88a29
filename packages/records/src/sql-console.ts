import { AppError, type ConsoleResult, type QueryConsole } from '@davit/domain';

/** For superusers (the caller checks that). */
export interface SqlConsole {
  /** Throws `invalid` with what SQLite says. */
  run(query: string): Promise<ConsoleResult>;
}

/** `changed` is called after statements that may have changed what is kept in memory. */
export function sqlConsole(store: QueryConsole, changed: () => Promise<void>): SqlConsole {
  return {
    async run(query) {
      try {
        const result = await store.runQuery(query);
        if (result.columns.length === 0) await changed();
        return result;
      } catch (error) {
        if (!AppError.is(error) || error.code === 'internal') throw error;
        const message = `Failed to execute query. Raw error:\n${error.message}`;
        throw new AppError('invalid', message, { cause: error });
      }
    },
  };
}
