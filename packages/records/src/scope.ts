import type { PageRequest, Query, RecordStore, RowPage, WriteTx } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Change } from './write/draft.ts';

/** Where an operation reads and writes: the store itself, or an open transaction. */
export interface Scope {
  find(query: Query, page: PageRequest): Promise<RowPage>;
  write<T>(operation: (tx: WriteTx) => T): Promise<T>;
  /** The *after* phase of committed changes. Inside a transaction it waits for the end of it. */
  settle(changes: readonly Change[]): Promise<void>;
  /** Something to take back when the open transaction fails. */
  onRollback(undo: () => Promise<void>): void;
}

export function storeScope(
  store: RecordStore,
  announce: (changes: readonly Change[]) => Promise<void>,
): Scope {
  return {
    find: (query, page) => store.find(query, page),
    write: (operation) => store.write(operation),
    settle: announce,
    onRollback: () => undefined,
  };
}

/** A scope inside `store.transaction`, which collects what is to happen at its end. */
export class TransactionScope implements Scope {
  readonly changes: Change[] = [];
  readonly undo: (() => Promise<void>)[] = [];
  readonly #tx: WriteTx;
  #open = true;

  constructor(tx: WriteTx) {
    this.#tx = tx;
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

  #running(): WriteTx {
    if (this.#open) return this.#tx;
    throw new AppError('unavailable', 'The transaction is over.');
  }

  settle(changes: readonly Change[]): Promise<void> {
    this.changes.push(...changes);
    return Promise.resolve();
  }

  onRollback(undo: () => Promise<void>): void {
    this.undo.push(undo);
  }
}
