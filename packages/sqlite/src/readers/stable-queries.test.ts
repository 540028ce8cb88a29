import type { Query } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { StableQueries } from './stable-queries.ts';

function query(parts: Partial<Query> = {}): Query {
  return { table: 'posts', joins: [], order: [], ...parts };
}

test('tables are stable; views, given rows and the clock are not', () => {
  using database = disposable(new Sqlite(':memory:'));
  const { connection } = database;
  connection.exec(`CREATE TABLE posts (id); CREATE VIEW late AS SELECT date('now') AS id`);
  const stable = new StableQueries(connection);
  const joined = (table: string): Query =>
    query({ joins: [{ alias: 'a', source: { kind: 'table', table } }] });
  expect(stable.has(query(), 'SELECT')).toBe(true);
  expect(stable.has(joined('posts'), 'SELECT')).toBe(true);
  expect(stable.has(joined('late'), 'SELECT')).toBe(false);
  expect(stable.has(query({ table: 'late', view: true }), 'SELECT')).toBe(false);
  expect(stable.has(query({ rows: [{ id: 1 }] }), 'SELECT')).toBe(false);
  expect(stable.has(query(), `SELECT strftime('%s', ?)`)).toBe(false);
  connection.exec('DROP TABLE posts; CREATE VIEW posts AS SELECT * FROM late');
  expect(stable.has(query(), 'SELECT')).toBe(false);
});

function disposable(connection: Sqlite.Database): Disposable & { connection: Sqlite.Database } {
  return { connection, [Symbol.dispose]: () => connection.close() };
}
