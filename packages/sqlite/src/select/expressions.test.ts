import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, JsonObject, Row } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { FilterAuth, FilterRequest, ResolveContext } from '@davit/filter';
import { Resolution } from '@davit/filter';
import type { Database as Connection } from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReader } from '../connection.ts';
import type { SqliteDatabase } from '../database.ts';
import { openDatabase } from '../open.ts';
import { readTools, runReadJob } from '../readers/read-job.ts';
import type { ReadTools } from '../readers/read-job.ts';
import { compileGuarded } from './select.ts';

// What PocketBase 0.40.4 answered on the same directory.
interface Expected {
  filters: [collection: string, filter: string, ids: string[] | null][];
  sorts: [collection: string, sort: string, ids: string[] | null][];
  rules: [collection: string, caller: string, rule: string, query: string, ids: string[] | null][];
  clientRules: Record<string, string | null>;
  clients: [collection: string, caller: string, filter: string, ids: string[] | null][];
  writes: [collection: string, rule: string, body: JsonObject, allowed: boolean][];
}
const fixture = new URL('../../../../test/fixtures/pocketbase/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expressions.json', fixture), 'utf8')) as Expected;

let directory: string;
let database: SqliteDatabase;
let collections: Collection[];
let connection: Connection;
let tools: ReadTools;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'davit-expressions-'));
  cpSync(new URL('data/data.db', fixture), join(directory, 'data.db'));
  database = await openDatabase({ directory, readers: 0 });
  collections = await database.loadCollections();
  connection = openReader(join(directory, 'data.db'));
  tools = readTools(connection);
});

afterAll(async () => {
  connection.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

function find(nameOrId: string, from = collections): Collection | undefined {
  return from.find(({ id, name }) => id === nameOrId || name === nameOrId);
}

function context(name: string, parts: Partial<ResolveContext> = {}): ResolveContext {
  const collection = find(name)!;
  return { collection, find, allowHidden: true, now: new Date(), ...parts };
}

async function ids(resolution: Resolution, rows?: Row[]): Promise<string[]> {
  const query = resolution.query(rows);
  const page = await database.find(query, { offset: 0, limit: 500, count: true });
  expect(page.total).toBe(page.rows.length);
  // the guard changes nothing, and is asked before anything is found
  const trial = { page: compileGuarded(query, { offset: 0, limit: 500 }), rows: Infinity };
  expect(runReadJob(tools, { page: trial.page, trial }).rows).toEqual(page.rows);
  const nothing = { page: trial.page, trial: { ...trial, rows: 0 } };
  if (page.rows.length > 0) expect(() => runReadJob(tools, nothing)).toThrow('few rows');
  return page.rows.map((row) => String(row['id']));
}

async function caller(name: string): Promise<FilterAuth | undefined> {
  const [collectionName = '', id = ''] = name.split('/');
  if (id === '') return undefined;
  const collection = find(collectionName)!;
  const row = await database.write((tx) => tx.get(collection, id)!);
  return {
    id,
    collectionId: collection.id,
    collectionName,
    email: String(row['email']),
    emailVisibility: row['emailVisibility'] === 1,
    verified: row['verified'] === 1,
  };
}

function request(parts: Partial<FilterRequest> = {}): FilterRequest {
  return { context: 'default', method: 'GET', query: {}, headers: {}, body: {}, ...parts };
}

describe('as PocketBase answered', () => {
  test.each(expected.filters)('%s filtered by %s', async (name, filter, wanted) => {
    const auth = await caller('_superusers/sywbhecnh46rhm0');
    const found = (): Promise<string[]> => {
      const scope = context(name, { request: request({ auth, query: { filter } }) });
      return ids(new Resolution(scope).filter(filter));
    };
    if (wanted) expect((await found()).toSorted()).toEqual(wanted);
    else expect(found).toThrow(AppError);
  });

  test.each(expected.sorts)('%s sorted by %s', async (name, sort, wanted) => {
    const found = (): Promise<string[]> => ids(new Resolution(context(name)).sort(sort));
    if (wanted) expect(await found()).toEqual(wanted);
    else expect(found).toThrow(AppError);
  });

  test.each(expected.rules)('%s as %s may see %s', async (...[name, who, rule, query, wanted]) => {
    const auth = await caller(who);
    const headers = { x_token: 'abc' };
    const asked = request({ auth, headers, query: Object.fromEntries(new URLSearchParams(query)) });
    const found = (): Promise<string[]> =>
      ids(new Resolution(context(name, { request: asked })).filter(rule));
    if (wanted) expect((await found()).toSorted()).toEqual(wanted);
    else expect(found).toThrow(AppError);
  });

  test.each(expected.clients)('%s as %s asks for %s', async (...[name, who, filter, wanted]) => {
    const rules = expected.clientRules;
    const ruled = collections.map((collection) =>
      collection.name in rules
        ? { ...collection, listRule: rules[collection.name] ?? null }
        : collection,
    );
    const lookUp = (nameOrId: string): Collection | undefined => find(nameOrId, ruled);
    const collection = lookUp(name)!;
    const scope = context(name, {
      collection,
      find: lookUp,
      request: request({ auth: await caller(who), query: { filter } }),
    });
    const found = (): Promise<string[]> => {
      if (collection.listRule === null) throw new AppError('forbidden', 'Superusers only.');
      const resolution = new Resolution(scope);
      if (collection.listRule) resolution.filter(collection.listRule);
      return ids(resolution.filter(filter, { allowHidden: false }));
    };
    if (wanted) expect((await found()).toSorted()).toEqual(wanted);
    else expect(found).toThrow(AppError);
  });

  test.each(expected.writes)(
    '%s may be created where %s: %j',
    async (...[name, rule, body, allowed]) => {
      const auth = await caller('users/4q1xlclmfloku33');
      const scope = context(name, { request: request({ auth, body, method: 'POST' }) });
      const row: Row = Object.fromEntries(
        scope.collection.fields.map((field) => [field.name, stored(body[field.name] ?? '')]),
      );
      const found = await ids(new Resolution(scope).filter(rule), [{ ...row, id: '__temp_id__' }]);
      expect(found.length > 0).toBe(allowed);
    },
  );
});

function stored(value: unknown): string | number {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | number);
}
