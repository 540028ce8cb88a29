import { AsyncLocalStorage } from 'node:async_hooks';
import type { CollectionStore, QueryConsole, RecordStore, WriteTx } from '@davit/domain';
import type { Core } from './core.ts';
import { TransactionScope, type Scope } from './scope.ts';
import { announce, reportRolledBack } from './write/announce.ts';

type Store = RecordStore & CollectionStore & QueryConsole;

/**
 * The transactions of one store. What runs inside one finds it by itself: hook handlers and the rest of their
 * chains become part of the transaction they are called in.
 */
export class Transactions {
  readonly #core: Core;
  readonly #store: RecordStore;
  readonly #running = new AsyncLocalStorage<TransactionScope>();

  constructor(core: Core, store: RecordStore) {
    this.#core = core;
    this.#store = store;
  }

  /** The one the caller is in, as long as it is open. */
  current(): Scope | undefined {
    const scope = this.#running.getStore();
    return scope?.open === true ? scope : undefined;
  }

  /** Exclusive; rolled back when `work` throws. Inside another one it is a part of that. */
  async run<T>(work: (scope: Scope, tx: WriteTx) => Promise<T>): Promise<T> {
    const outer = this.current();
    if (outer) return outer.exclusively((tx) => work(outer, tx));
    let scope: TransactionScope | undefined;
    let result: T;
    try {
      result = await this.#store.transaction((tx) => {
        const own = (scope = new TransactionScope(tx));
        return this.#running.run(own, () => work(own, tx)).finally(() => own.end());
      });
    } catch (error) {
      if (scope) await this.#rolledBack(scope, error);
      throw error;
    }
    await announce(this.#core, scope?.changes ?? []);
    for (const aftermath of scope?.aftermaths ?? []) await aftermath.committed();
    return result;
  }

  /** The store, for code that need not know of transactions: what it reads and writes is part of the caller's. */
  joined(store: Store): Store {
    const put = (key: string, text: string, also?: (tx: WriteTx) => void) =>
      this.current()?.write((tx) => {
        tx.setParamText(key, text);
        also?.(tx);
      });
    return {
      find: (query, page, signal) =>
        this.current()?.find(query, page) ?? store.find(query, page, signal),
      write: (operation) => this.current()?.write(operation) ?? store.write(operation),
      transaction: (run) => this.current()?.exclusively(run) ?? store.transaction(run),
      loadCollections: () => store.loadCollections(),
      getParam: (key) => store.getParam(key),
      setParam: (key, value, also) =>
        put(key, JSON.stringify(value), also) ?? store.setParam(key, value, also),
      setParamText: (key, text, also) =>
        put(key, text, also) ?? store.setParamText(key, text, also),
      runQuery: (query) => store.runQuery(query),
      sampleView: (query, limit) => store.sampleView(query, limit),
    };
  }

  /** The latest first: each finds the world as it left it. */
  async #rolledBack(scope: TransactionScope, error: unknown): Promise<void> {
    for (const aftermath of [...scope.aftermaths].reverse()) await aftermath.rolledBack(error);
    await reportRolledBack(this.#core, scope.changes, error);
  }
}
