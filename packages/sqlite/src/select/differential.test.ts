import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection } from '@davit/domain';
import { AppError } from '@davit/domain';
import { Resolution } from '@davit/filter';
import { aCollection, aField, hostileFilters } from '@davit/filter/random-filters.fixture';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqliteDatabase } from '../database.ts';
import { openDatabase } from '../open.ts';

const seed = randomInt(2 ** 31);

interface Tag {
  id: string;
  name: string;
  rank: number;
}
interface Thing extends Tag {
  done: boolean;
  kinds: string[];
  tag: string;
  tags: string[];
}

const TAGS = aCollection('tags', [aField('name', 'text'), aField('rank', 'number')]);
const THINGS = aCollection('things', [
  aField('name', 'text'),
  aField('rank', 'number'),
  aField('done', 'bool'),
  aField('kinds', 'select', { values: ['a', 'b', 'c'], maxSelect: 3 }),
  aField('tag', 'relation', { collectionId: 'tags', maxSelect: 1 }),
  aField('tags', 'relation', { collectionId: 'tags', maxSelect: 9 }),
]);

let directory: string;
let database: SqliteDatabase;
let tags: Tag[];
let things: Thing[];

const name = fc.constantFrom('', 'a', 'b', 'ab', 'A', 'x%y', 'x_y', "it's", '"q"', 'a\\b', 'ä');
const rank = fc.constantFrom(0, 1, 2, -1, 1.5, 10);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'davit-differential-'));
  database = await openDatabase({ directory, readers: 0, platform: 'off' });
  const [sample] = fc.sample(
    fc.tuple(
      fc.array(fc.record({ name, rank }), { minLength: 6, maxLength: 6 }),
      fc.array(
        fc.record({
          name,
          rank,
          done: fc.boolean(),
          kinds: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
          tag: fc.constantFrom('', 't0', 't1', 't2', 't3'),
          tags: fc.uniqueArray(fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5'), {
            maxLength: 3,
          }),
        }),
        { minLength: 40, maxLength: 40 },
      ),
    ),
    { seed, numRuns: 1 },
  );
  tags = sample![0].map((tag, at) => ({ ...tag, id: `t${String(at)}` }));
  things = sample![1].map((thing, at) => ({ ...thing, id: `i${String(at)}` }));
  await database.write((tx) => {
    tx.collections.save(TAGS, undefined);
    tx.collections.save(THINGS, undefined);
    for (const tag of tags) tx.insert(TAGS, { ...tag });
    for (const { kinds, tags: many, done, ...thing } of things) {
      const lists = { kinds: JSON.stringify(kinds), tags: JSON.stringify(many) };
      tx.insert(THINGS, { ...thing, ...lists, done: done ? 1 : 0 });
    }
  });
});

afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

// The evaluator. Paths through lists make a row of every combination, as joins do; what holds must hold in one of
// them. Without a "?", all values of the path must hold, too.

type Value = string | number | null;
interface Joined {
  thing: Thing;
  kind: string | null;
  tag: Tag | undefined;
  oneOf: Tag | undefined;
}
interface Operand {
  text: string;
  multi: boolean;
  of: (row: Joined) => Value;
}

const tagsOf = (ids: string[]): (Tag | undefined)[] => {
  const found = ids.map((id) => tags.find((tag) => tag.id === id));
  return found.length === 0 ? [undefined] : found;
};

function joined(thing: Thing): Joined[] {
  const kinds = thing.kinds.length === 0 ? [null] : thing.kinds;
  const tag = tags.find(({ id }) => id === thing.tag);
  return kinds.flatMap((kind) => tagsOf(thing.tags).map((oneOf) => ({ thing, kind, tag, oneOf })));
}

const PATHS: Operand[] = [
  { text: 'name', multi: false, of: ({ thing }) => thing.name },
  { text: 'name:lower', multi: false, of: ({ thing }) => lower(thing.name) },
  { text: 'rank', multi: false, of: ({ thing }) => thing.rank },
  { text: 'done', multi: false, of: ({ thing }) => (thing.done ? 1 : 0) },
  { text: 'kinds:length', multi: false, of: ({ thing }) => thing.kinds.length },
  { text: 'kinds:each', multi: true, of: ({ kind }) => kind },
  { text: 'tag', multi: false, of: ({ thing }) => thing.tag },
  { text: 'tag.name', multi: false, of: ({ tag }) => tag?.name ?? null },
  { text: 'tag.rank', multi: false, of: ({ tag }) => tag?.rank ?? null },
  { text: 'tags.name', multi: true, of: ({ oneOf }) => oneOf?.name ?? null },
  { text: 'tags.rank', multi: true, of: ({ oneOf }) => oneOf?.rank ?? null },
  { text: 'tags:length', multi: false, of: ({ thing }) => thing.tags.length },
];

const nothing = fc.constant<Operand>({ text: 'null', multi: false, of: () => null });
const words = name.map((value): Operand => ({
  text: `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  multi: false,
  of: () => value,
}));
const numbers = rank.map((value): Operand => ({
  text: String(value),
  multi: false,
  of: () => value,
}));

/** Of the path's own kind: what SQLite makes of text beside numbers is not looked at here. */
const literalFor = ({ text }: Operand): fc.Arbitrary<Operand> =>
  fc.oneof(nothing, /rank|done|length/.test(text) ? numbers : words);

interface Test {
  text: string;
  holds: (row: Joined) => boolean;
}

const comparison = fc
  .tuple(
    fc.constantFrom(...PATHS).chain((path) => fc.tuple(fc.constant(path), literalFor(path))),
    fc.constantFrom('=', '!=', '>', '>=', '<', '<=', '~', '!~'),
    fc.boolean(),
  )
  .map(([[left, right], operator, any]): Test => ({
    text: `${left.text} ${any ? '?' : ''}${operator} ${right.text}`,
    holds(row) {
      const matches = (one: Joined): boolean => compare(left.of(one), operator, right.of(one));
      return matches(row) && (any || !left.multi || joined(row.thing).every(matches));
    },
  }));

/** In the order written: && binds before ||, as in SQL. */
const expression: fc.Arbitrary<Test> = fc.letrec<{ group: Test; item: Test }>((tie) => ({
  group: fc
    .array(fc.tuple(fc.constantFrom('&&', '||'), tie('item')), { minLength: 1, maxLength: 4 })
    .map((items): Test => ({
      text: items.map(([join, item], at) => `${at > 0 ? ` ${join} ` : ''}${item.text}`).join(''),
      holds(row) {
        const ors: boolean[] = [];
        for (const [at, [join, item]] of items.entries()) {
          if (at === 0 || join === '||') ors.push(item.holds(row));
          else ors.push((ors.pop() ?? true) && item.holds(row));
        }
        return ors.includes(true);
      },
    })),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    tie('group').map(({ text, holds }): Test => ({ text: `(${text})`, holds })),
  ),
})).group;

function compare(left: Value, operator: string, right: Value): boolean {
  const isEmpty = right === null || right === '';
  const isSame = left === right;
  switch (operator) {
    case '=':
      return isEmpty ? left === null || left === '' : isSame;
    case '!=':
      return isEmpty ? left !== null && left !== '' : !isSame;
    case '~':
    case '!~': {
      if (left === null || right === null) return false;
      return like(String(left), String(right)) === (operator === '~');
    }
    default:
      return ordered(left, operator, right);
  }
}

function ordered(left: Value, operator: string, right: Value): boolean {
  if (left === null || right === null) return false;
  const order = Number(utf8(left) > utf8(right)) - Number(utf8(left) < utf8(right));
  return { '>': order > 0, '>=': order >= 0, '<': order < 0, '<=': order <= 0 }[operator] ?? false;
}

const utf8 = (value: string | number): string | number =>
  typeof value === 'number' ? value : Buffer.from(value).toString('hex');

/** Its own % are wildcards; without any it may stand anywhere. */
function like(text: string, pattern: string): boolean {
  const isOwn = pattern.includes('%');
  const parts = isOwn ? lower(pattern).split('%') : ['', lower(pattern), ''];
  const escaped = parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  const source = isOwn ? escaped.map((part) => part.replaceAll('_', '.')) : escaped;
  return new RegExp(`^${source.join(String.raw`[\s\S]*`)}$`, 'u').test(lower(text));
}

function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

describe(`filters of random data (seed ${String(seed)})`, { timeout: 60_000 }, () => {
  test('find what an evaluator in memory finds', async () => {
    await fc.assert(
      fc.asyncProperty(expression, async ({ text, holds }) => {
        const find = (wanted: string): Collection | undefined =>
          [TAGS, THINGS].find(({ id }) => id === wanted);
        const context = { collection: THINGS, find, now: new Date(), allowHidden: true };
        const query = new Resolution(context).filter(text).query();
        const { rows } = await database.find(query, { offset: 0, limit: 100, count: true });
        expect(rows.map(({ id }) => id).toSorted(), text).toEqual(
          things
            .filter((thing) => joined(thing).some(holds))
            .map(({ id }) => id)
            .toSorted(),
        );
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('hold no SQL but ours, whatever they say', async () => {
    const attack = hostileFilters([
      ...PATHS.map(({ text }) => text),
      ...['name.x', 'things_via_tag.x', 'name:x', '@collection.tags.name'],
    ]);
    const before = await database.runQuery('SELECT name, sql FROM sqlite_schema');
    await fc.assert(
      fc.asyncProperty(attack, async (text) => {
        const find = (wanted: string): Collection | undefined =>
          [TAGS, THINGS].find(({ id }) => id === wanted);
        const context = { collection: THINGS, find, now: new Date(), allowHidden: true };
        try {
          const query = new Resolution(context).filter(text).query();
          await database.find(query, { offset: 0, limit: 5, count: true });
          await database.find(new Resolution(context).sort(text).query(), {
            offset: 0,
            limit: 5,
            count: false,
          });
        } catch (error) {
          if (!AppError.is(error, 'invalid')) throw error;
          expect(error.message).not.toContain('SQL logic error');
        }
      }),
      { seed, numRuns: 1500 },
    );
    expect((await database.runQuery('SELECT name, sql FROM sqlite_schema')).rows).toEqual(
      before.rows,
    );
    const { total } = await database.find(
      { table: 'things', joins: [], order: [] },
      { offset: 0, limit: 1, count: true },
    );
    expect(total).toBe(things.length);
  });
});
