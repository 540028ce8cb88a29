import type { PageRequest, Query, RecordStore, RowPage, WriteTx } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Change } from './write/draft.ts';

/** What follows from something that was written. */
export interface Aftermath {
  /** once it is committed */
  committed(): Promise<void>;
  /** when the open transaction fails: takes back what it did outside of the database, and says so */
  rolledBack(error: unknown): Promise<void>;
}

/** Where an operation reads and writes: the store itself, or an open transaction. */
export interface Scope {
  find(query: Query, page: PageRequest): Promise<RowPage>;
  write<T>(operation: (tx: WriteTx) => T): Promise<T>;
  /** Several steps with awaits between them, all or none; in an open transaction they are part of it. */
  exclusively<T>(work: (tx: WriteTx) => Promise<T>): Promise<T>;
  /** The *after* phase of committed changes. Inside a transaction it waits for the end of it. */
  settle(changes: readonly Change[]): Promise<void>;
  /** The same for what is no record; `committed` runs at once where there is no transaction. */
  afterwards(aftermath: Aftermath): Promise<void>;
}

export interface StoreScopeParts {
  store: Pick<RecordStore, 'find' | 'write'>;
  /** the transaction that the caller is in, if any */
  current: () => Scope | undefined;
  exclusively: <T>(work: (tx: WriteTx) => Promise<T>) => Promise<T>;
  announce: (changes: readonly Change[]) => Promise<void>;
}

/** Part of the transaction that the caller is in; otherwise the store itself. */
export function storeScope({ store, current, exclusively, announce }: StoreScopeParts): Scope {
  return {
    find: (query, page) => store.find(query, page).catch(blameQuery),
    write: (operation) => store.write(operation),
    exclusively,
    settle: (changes) => current()?.settle(changes) ?? announce(changes),
    afterwards: (aftermath) => current()?.afterwards(aftermath) ?? aftermath.committed(),
  };
}

/** A scope inside `store.transaction`, which collects what is to happen at its end. */
export class TransactionScope implements Scope {
  readonly changes: Change[] = [];
  readonly aftermaths: Aftermath[] = [];
  readonly #tx: WriteTx;
  #open = true;

  constructor(tx: WriteTx) {
    this.#tx = tx;
  }

  get open(): boolean {
    return this.#open;
  }

  /** What is still under way when the transaction is over must not write after it. */
  end(): void {
    this.#open = false;
  }

  // async, so that what these throw becomes a rejection
  // eslint-disable-next-line @typescript-eslint/require-await
  async find(query: Query, page: PageRequest): Promise<RowPage> {
    return this.#running().query(query, page);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async write<T>(operation: (tx: WriteTx) => T): Promise<T> {
    return operation(this.#running());
  }

  async exclusively<T>(work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return work(this.#running());
  }

  settle(changes: readonly Change[]): Promise<void> {
    this.changes.push(...changes);
    return Promise.resolve();
  }

  afterwards(aftermath: Aftermath): Promise<void> {
    this.aftermaths.push(aftermath);
    return Promise.resolve();
  }

  #running(): WriteTx {
    if (this.#open) return this.#tx;
    throw new AppError('unavailable', 'The transaction is over.');
  }
}

/** A query that takes too long is the fault of who asked it: nothing is wrong here. */
function blameQuery(error: unknown): never {
  if (!AppError.is(error, 'timeout')) throw error;
  throw new AppError('invalid', error.message, { cause: error });
}
