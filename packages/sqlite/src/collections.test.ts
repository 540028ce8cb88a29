import type { Collection, Field, Row } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { Collections } from './collections.ts';
import { dateStampFields, idField, relationField, textField } from './migrations/fields.ts';
import { createMainTables } from './migrations/pocketbase.ts';

let db: Sqlite.Database;
let store: Collections;

beforeEach(() => {
  db = new Sqlite(':memory:');
  createMainTables(db, new Date(0));
  store = new Collections(db);
});

function collection(parts: Partial<Collection>): Collection {
  return {
    id: 'posts_id',
    name: 'posts',
    type: 'base',
    system: false,
    fields: [idField(), textField('title'), ...dateStampFields({ system: false })],
    indexes: [],
    listRule: null,
    viewRule: null,
    createRule: null,
    updateRule: null,
    deleteRule: null,
    options: {},
    created: '',
    updated: '',
    ...parts,
  };
}

function view(query: string): Collection {
  return collection({ id: 'v', name: 'v', type: 'view', options: { viewQuery: query } });
}

function rows(table: string): Row[] {
  return db.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY _rowid_`).all();
}

function columns(table: string): unknown[] {
  return db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}

function failure(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

test('keeps what it is given', () => {
  const saved = collection({ indexes: ['CREATE INDEX `i` ON `posts` (`title`)'], listRule: '' });
  store.save(saved, undefined);
  expect(store.load().at(-1)).toEqual(saved);
});

test('fills in what older directories leave out', () => {
  store.save(collection({}), undefined);
  db.exec(`UPDATE _collections SET fields = '[{"name":"id"}]' WHERE id = 'posts_id'`);
  const field = { name: 'id', system: false, hidden: false, presentable: false };
  expect(store.load().at(-1)?.fields).toEqual([field]);
});

describe('altering a table', () => {
  const title = textField('title', { id: 'a' });
  const body = textField('body', { id: 'b' });
  let before: Collection;

  beforeEach(() => {
    before = collection({ fields: [idField(), title, body] });
    store.save(before, undefined);
    db.exec(`INSERT INTO posts (id, title, body) VALUES ('1', 'T', 'B')`);
  });

  test('lets two fields swap their names', () => {
    const fields = [idField(), { ...title, name: 'body' }, { ...body, name: 'title' }];
    store.save({ ...before, fields }, before);
    expect(rows('posts')).toEqual([{ id: '1', title: 'B', body: 'T' }]);
  });

  test('drops, adds and renames together', () => {
    const fields = [idField(), { ...body, name: 'title' }, textField('body', { id: 'c' })];
    store.save({ ...before, fields }, before);
    expect(rows('posts')).toEqual([{ id: '1', title: 'B', body: '' }]);
  });

  test('renames the table with its indexes', () => {
    const indexed = { ...before, indexes: ['CREATE UNIQUE INDEX i ON posts (title)'] };
    store.save(indexed, before);
    store.save({ ...indexed, name: 'articles' }, indexed);
    expect(columns('articles')).toContain('title');
    const index = db.prepare(`SELECT tbl_name, sql FROM sqlite_schema WHERE name = 'i'`).get();
    expect(index).toEqual({
      tbl_name: 'articles',
      sql: 'CREATE UNIQUE INDEX `i` ON `articles` (`title`)',
    });
  });

  test('names every index that cannot be made, by its place', () => {
    const indexes = [
      'CREATE INDEX ok ON posts (title)',
      'CREATE INDEX bad ON posts (x)',
      'nonsense',
    ];
    const message = expect.stringMatching(/no such column|Invalid/) as string;
    expect(failure(() => store.save({ ...before, indexes }, before))).toMatchObject({
      code: 'invalid',
      data: { indexes: { 1: { message }, 2: { message } } },
    });
  });

  test('takes text in double quotes in an index for text', () => {
    const indexes = [`CREATE INDEX i ON posts (title) WHERE title != "it's"`];
    store.save({ ...before, indexes }, before);
    expect(db.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'i'`).pluck().get()).toContain(
      `WHERE title != 'it''s'`,
    );
  });
});

describe('a relation that starts or stops taking several values', () => {
  const one = relationField('author', 'x', { id: 'r' });
  const many = { ...one, maxSelect: 5 };
  const typed = (field: Field): Collection => collection({ fields: [idField(), field] });
  const authors = (): unknown[] => rows('posts').map((row) => row['author']);

  test('keeps its value as a list', () => {
    store.save(typed(one), undefined);
    db.exec(`INSERT INTO posts (id, author) VALUES ('1', 'a'), ('2', ''), ('3', '["x"]')`);
    store.save(typed(many), typed(one));
    expect(authors()).toEqual(['["a"]', '[]', '["x"]']);
  });

  test('keeps the last of its values, and views over the table', () => {
    store.save(typed(many), undefined);
    store.save(view('SELECT id, author FROM posts'), undefined);
    db.exec(`INSERT INTO posts (id, author) VALUES ('1', '["a","b"]'), ('2', '[]'), ('3', 'c')`);
    store.save(typed(one), typed(many));
    expect(authors()).toEqual(['b', '', 'c']);
    expect(db.prepare('SELECT * FROM v').all()).toHaveLength(3);
  });
});

describe('a view', () => {
  beforeEach(() => {
    store.save(collection({}), undefined);
    db.exec(`INSERT INTO posts (id, title) VALUES ('1', 'a'), ('2', 'b')`);
  });

  function sql(): unknown {
    return db.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'v'`).pluck().get();
  }

  test('selects from its query', () => {
    store.save(view('SELECT id, title FROM posts;'), undefined);
    expect(sql()).toBe('CREATE VIEW `v` AS SELECT * FROM (SELECT id, title FROM posts)');
  });

  test('casts an id that is no text', () => {
    store.save(view('SELECT count(id) AS id, title FROM posts'), undefined);
    expect(db.prepare('SELECT id FROM v').pluck().get()).toBe('2');
  });

  test('takes text in double quotes for text', () => {
    store.save(view('SELECT id, "x" AS kind FROM posts WHERE title = "a"'), undefined);
    expect(db.prepare('SELECT * FROM v').all()).toEqual([{ id: '1', kind: 'x' }]);
  });

  test('moves when it is renamed, and goes when it is deleted', () => {
    const before = view('SELECT id FROM posts');
    store.save(before, undefined);
    store.save({ ...before, name: 'w' }, before);
    expect(sql()).toBeUndefined();
    store.delete({ ...before, name: 'w' });
    expect(columns('w')).toEqual([]);
  });

  test.each([
    'SELECT title FROM posts',
    'SELECT id FROM nowhere',
    'SELECT 1 AS id); DROP TABLE posts; --',
    'nonsense',
  ])('refuses %s', (query) => {
    expect(failure(() => store.save(view(query), undefined))).toMatchObject({ code: 'invalid' });
    expect(rows('posts')).toHaveLength(2);
  });
});

test('deletes the table and the definition', () => {
  store.save(collection({}), undefined);
  store.delete(collection({}));
  expect(columns('posts')).toEqual([]);
  expect(store.load().map(({ name }) => name)).not.toContain('posts');
});

test('changes nothing that is not there', () => {
  store.save(collection({}), undefined);
  const gone = { ...collection({}), id: 'gone' };
  expect(failure(() => store.save(collection({}), gone))).toMatchObject({ code: 'not_found' });
});

test('two collections cannot share a name', () => {
  store.save(collection({}), undefined);
  const twin = collection({ id: 'twin' });
  expect(failure(() => store.save(twin, undefined))).toMatchObject({ code: 'invalid' });
});
