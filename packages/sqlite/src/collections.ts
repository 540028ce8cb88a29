import type { Collection, CollectionTx, CollectionType, Field, JsonObject } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { translating } from './error.ts';
import { alterTable, createTable, dropTable } from './tables/table-sync.ts';
import { dropView, saveView } from './tables/view.ts';

interface CollectionRow {
  id: string;
  system: number;
  type: CollectionType;
  name: string;
  fields: string;
  indexes: string;
  listRule: string | null;
  viewRule: string | null;
  createRule: string | null;
  updateRule: string | null;
  deleteRule: string | null;
  options: string;
  created: string;
  updated: string;
}

const COLUMNS =
  'id system type name fields indexes listRule viewRule createRule updateRule deleteRule options created updated'.split(
    ' ',
  );

/** `_collections` and the tables behind it, on one connection; transactions are the caller's. */
export class Collections implements CollectionTx {
  readonly #connection: Database;

  constructor(connection: Database) {
    this.#connection = connection;
  }

  /** In the order they were created. */
  load(): Collection[] {
    return this.#connection
      .prepare<[], CollectionRow>('SELECT * FROM _collections ORDER BY rowid')
      .all()
      .map(fromRow);
  }

  save(collection: Collection, previous: Collection | undefined): void {
    translating(() => {
      this.#saveTable(collection, previous);
      this.#saveRow(collection, previous);
    }, collection);
  }

  delete(collection: Collection): void {
    translating(() => {
      if (collection.type === 'view') dropView(this.#connection, collection.name);
      else dropTable(this.#connection, collection.name);
      this.#connection.prepare('DELETE FROM _collections WHERE id = ?').run(collection.id);
    });
  }

  #saveTable(collection: Collection, previous: Collection | undefined): void {
    if (collection.type === 'view') {
      if (previous) dropView(this.#connection, previous.name);
      saveView(this.#connection, collection.name, viewQuery(collection));
    } else if (previous) alterTable(this.#connection, collection, previous);
    else createTable(this.#connection, collection);
  }

  #saveRow(collection: Collection, previous: Collection | undefined): void {
    const row = toRow(collection);
    if (!previous) {
      const names = COLUMNS.map((name) => `@${name}`).join(', ');
      this.#connection
        .prepare(`INSERT INTO _collections (${COLUMNS.join(', ')}) VALUES (${names})`)
        .run(row);
      return;
    }
    const changes = COLUMNS.map((name) => `${name} = @${name}`).join(', ');
    const { changes: count } = this.#connection
      .prepare(`UPDATE _collections SET ${changes} WHERE id = @previousId`)
      .run({ ...row, previousId: previous.id });
    if (count === 0) throw new AppError('not_found', `Missing collection ${previous.name}.`);
  }
}

function viewQuery({ options }: Collection): string {
  const query = options['viewQuery'];
  if (typeof query !== 'string') throw new AppError('invalid', 'A view needs a query.');
  return query;
}

function toRow(collection: Collection): CollectionRow {
  return {
    ...collection,
    system: collection.system ? 1 : 0,
    fields: JSON.stringify(collection.fields.map(sortKeys)),
    indexes: JSON.stringify(collection.indexes),
    options: JSON.stringify(collection.options),
  };
}

function fromRow(row: CollectionRow): Collection {
  return {
    ...row,
    system: row.system === 1,
    fields: (JSON.parse(row.fields) as Partial<Field>[]).map(completeField),
    indexes: JSON.parse(row.indexes) as string[],
    options: JSON.parse(row.options) as JsonObject,
  };
}

/** Older directories leave out what is false. */
function completeField(field: Partial<Field>): Field {
  return { system: false, hidden: false, presentable: false, ...field } as Field;
}

function sortKeys(field: Field): object {
  return Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
