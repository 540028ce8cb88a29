import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchServer } from './records-server.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/pocketbase/benchmarks.json');
const PASSWORD = '1234567890';

/** What the requests to one server are made of. */
export interface World {
  readonly server: BenchServer;
  /** of a user */
  token: string;
  userId: string;
  readonly identity: { identity: string; password: string };
  /** of a new record */
  body(collection: 'users' | 'posts'): object;
  /** of records there are, in any order */
  ids(this: void, collection: string, count: number): Promise<string[]>;
  /** reads which users there are, and signs one in */
  refresh(): Promise<void>;
}

interface Fixture {
  collections: object[];
  postDescription: string;
}

/** The schema, the organizations and the permissions. */
export async function createWorld(server: BenchServer): Promise<World> {
  const fixture = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Fixture;
  const { collections } = fixture;
  await server.ask('PUT', 'collections/import', { collections, deleteMissing: false });
  const ids = async (collection: string, count: number): Promise<string[]> => {
    const query = `?perPage=${count}&skipTotal=1&fields=id&sort=@random`;
    const path = `collections/${collection}/records${query}`;
    return (await server.ask<{ items: { id: string }[] }>('GET', path)).items.map(({ id }) => id);
  };
  for (const [collection, count] of [
    ['organizations', 100],
    ['permissions', 50],
  ] as const) {
    for (let n = 0; n < count; n++) {
      const body = { name: `${collection}${n}`, active: n % 2 === 0 };
      await server.ask('POST', `collections/${collection}/records`, body);
    }
  }
  const organizations = await ids('organizations', 100);
  const permissions = await ids('permissions', 50);
  let users: string[] = [];
  const made = { users: 0, posts: 0 };
  const bodies = {
    users: (n: number): object => ({
      email: `users${n}@example.com`,
      username: `users${n}`,
      organization: any(organizations),
      permissions: [any(permissions), any(permissions), any(permissions)],
      password: PASSWORD,
      passwordConfirm: PASSWORD,
    }),
    posts: (n: number): object => ({
      title: `posts${n}`,
      description: fixture.postDescription,
      public: n % 2 === 1,
      type: [any('abcd'), any('abcd')],
      author: any(users),
    }),
  };
  const identity = { identity: 'users0@example.com', password: PASSWORD };
  const world: World = {
    server,
    token: '',
    userId: '',
    identity,
    ids,
    body: (collection) => bodies[collection](made[collection]++),
    refresh: async () => {
      users = await ids('users', 1000);
      const path = 'collections/users/auth-with-password';
      const signedIn = await server.ask<{ token: string; record: { id: string } }>(
        'POST',
        path,
        identity,
      );
      world.token = signedIn.token;
      world.userId = signedIn.record.id;
    },
  };
  return world;
}

function any(values: ArrayLike<string>): string {
  return values[Math.floor(Math.random() * values.length)] ?? '';
}
