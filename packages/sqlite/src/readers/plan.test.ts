import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Plan } from './plan.ts';

const connection = new Sqlite(':memory:');
connection.exec(`
  CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, author TEXT, editor TEXT, tags JSON);
  CREATE INDEX author ON posts (author);
  CREATE INDEX editor ON posts (editor);
  CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, nick TEXT);
  CREATE INDEX nick ON users (nick);
  CREATE VIEW many AS WITH c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c) SELECT n AS id FROM c`);

function plan(rest: string): Plan {
  const sizes: Record<string, number> = { posts: 1_000_000, users: 1000, a: 1000, b: 1000 };
  const rowsOf = (name: string): number | undefined => sizes[name];
  return new Plan(connection, { sql: `SELECT posts.* FROM posts ${rest}`, parameters: [] }, rowsOf);
}

test.each([
  [`WHERE id = 'x'`, 1],
  [`WHERE title = 'x'`, 1_000_000],
  [`WHERE author = 'x'`, 20_000],
  [`WHERE author = 'x' OR editor = 'y'`, 40_000],
  [`JOIN users WHERE (author = 'x' OR editor = 'y') AND name > title`, 40_000 + 40_000 * 1000],
])('SELECT … FROM posts %s may look at %i rows', (rest, rows) => {
  expect(plan(rest).cost()).toBe(rows);
});

test.each([
  [`WHERE title = 'x'`, 1000],
  [`WHERE title = 'x' ORDER BY id`, 1000],
  [`LEFT JOIN json_each(tags) tag WHERE tag.value = 'x'`, 200],
  [`LEFT JOIN users ON users.id = author WHERE name IS NOT 'x'`, 500],
  // all rows are needed for the first one
  [`WHERE title = 'x' ORDER BY tags`, 0],
  // one round may look at too many, in the second case only if an index finds most of the table
  [`CROSS JOIN users WHERE name = title`, 0],
  [
    `LEFT JOIN users a ON a.nick = title LEFT JOIN users b ON b.nick = a.name WHERE b.id IS NOT 'x'`,
    0,
  ],
  // nobody knows how long that goes on
  [`WHERE EXISTS (SELECT 1 FROM many WHERE many.id = posts.title)`, 0],
])('a thousand rows are enough for SELECT … FROM posts %s to go round %i times', (rest, rounds) => {
  expect(plan(rest).rounds(1000, 100_000)).toBe(rounds);
});
