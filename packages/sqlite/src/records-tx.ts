import type {
  Collection,
  CollectionTx,
  PageRequest,
  PlatformTx,
  Query,
  Row,
  RowPage,
  WriteTx,
} from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Collections } from './collections.ts';
import { translating } from './error.ts';
import { Params } from './params.ts';
import { PlatformTables } from './platform-tables.ts';
import { runReadJob } from './readers/read-job.ts';
import { StatementCache } from './readers/statement-cache.ts';
import { readRows } from './readers/read-rows.ts';
import { compileQuery } from './select/select.ts';
import { quoteIdentifier } from './sql.ts';

/** Reads and changes of record tables on one connection; transactions are the caller's. */
export class RecordsTx implements WriteTx {
  readonly collections: CollectionTx;
  readonly platform: PlatformTx;
  readonly #params: Params;
  readonly #statements: StatementCache;

  constructor(connection: Database) {
    this.#params = new Params(connection);
    this.collections = new Collections(connection);
    this.platform = new PlatformTables(connection);
    this.#statements = new StatementCache(connection);
  }

  get(collection: Collection, id: string): Row | undefined {
    return this.find(collection, { id })[0];
  }

  find(collection: Collection, where: Row): Row[] {
    const conditions = Object.keys(where).map((name) => `${quoteIdentifier(name)} IS ?`);
    const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const order = collection.type === 'view' ? '' : ' ORDER BY _rowid_';
    const text = `SELECT * FROM ${quoteIdentifier(collection.name)}${filter}${order}`;
    return translating(
      () => readRows(this.#statements.prepare(text), Object.values(where)),
      collection,
    );
  }

  query(query: Query, page: PageRequest): RowPage {
    return translating(() =>
      runReadJob({ statements: this.#statements }, compileQuery(query, page)),
    );
  }

  insert(collection: Collection, row: Row): void {
    const names = Object.keys(row).map(quoteIdentifier).join(', ');
    const places = Object.keys(row).map(() => '?');
    const values = names === '' ? 'DEFAULT VALUES' : `(${names}) VALUES (${places.join(', ')})`;
    const text = `INSERT INTO ${quoteIdentifier(collection.name)} ${values}`;
    this.#run(text, Object.values(row), collection);
  }

  update(collection: Collection, id: string, row: Row): void {
    const changes = Object.keys(row).map((name) => `${quoteIdentifier(name)} = ?`);
    if (changes.length === 0) changes.push('`id` = `id`');
    const text = `UPDATE ${quoteIdentifier(collection.name)} SET ${changes.join(', ')} WHERE \`id\` = ?`;
    if (this.#run(text, [...Object.values(row), id], collection) === 0) throw missing();
  }

  delete(collection: Collection, id: string): void {
    const text = `DELETE FROM ${quoteIdentifier(collection.name)} WHERE \`id\` = ?`;
    if (this.#run(text, [id], collection) === 0) throw missing();
  }

  setParamText(key: string, text: string): void {
    this.#params.setText(key, text);
  }

  #run(text: string, values: Row[string][], collection: Collection): number {
    return translating(() => this.#statements.prepare(text).run(...values).changes, collection);
  }
}

function missing(): AppError {
  return new AppError('not_found', `The requested resource wasn't found.`);
}
