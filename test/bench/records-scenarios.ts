import type { GeneratedRequest } from './records-generator.ts';
import type { World } from './records-world.ts';

/** One row of the comparison. */
export interface Scenario {
  what: string;
  collection: string;
  rule?: { kind: 'createRule' | 'listRule' | 'deleteRule'; text: string };
  /** a column of the posts to index meanwhile */
  index?: string;
  /** of all rounds together */
  requests: number;
  concurrency: number;
  make(world: World, count: number): GeneratedRequest[] | Promise<GeneratedRequest[]>;
  background?(world: World): Promise<GeneratedRequest[]>;
}

/** PocketBase's own benchmark workload over one collection of posts, without what needs hooks. */
export function scenarios({ rows, users }: { rows: number; users: number }): Scenario[] {
  const half = rows / 2;
  const signedIn = `@request.auth.id != '' && @request.body.public:isset = true`;
  const complete = `@request.body.email != '' && @request.body.permissions:length > 0`;
  return [
    create('users', { rule: '', requests: users / 2, concurrency: 50 }),
    create('users', { rule: complete, requests: users / 2, concurrency: 50 }),
    create('posts', { rule: '', requests: half, concurrency: 500 }),
    create('posts', { rule: signedIn, requests: half, concurrency: 500 }),
    auth('auth with password', { path: 'auth-with-password', requests: 250, concurrency: 10 }),
    auth('auth refresh', { path: 'auth-refresh', requests: 1000, concurrency: 1000 }),
    auth('auth refresh', { path: 'auth-refresh', requests: 1000, concurrency: 100 }),
    getOne,
    ...many,
    ...searches,
    remove('posts', { rule: '', requests: 300 }),
    remove('posts', { rule: `@request.auth.id != ''`, requests: 300 }),
    remove('users', { rule: '', requests: users / 5 }),
    remove('organizations', { rule: '', requests: 60 }),
  ];
}

type Load = Pick<Scenario, 'requests' | 'concurrency'>;

function create(collection: 'users' | 'posts', load: Load & { rule: string }): Scenario {
  const { rule, requests, concurrency } = load;
  return {
    what: `create ${collection}, ${ruleText(rule)}`,
    collection,
    rule: { kind: 'createRule', text: rule },
    requests,
    concurrency,
    make: (world, count) =>
      Array.from({ length: count }, () => ({
        method: 'POST',
        path: records(collection),
        body: world.body(collection),
        token: rule.includes('@request.auth') ? world.token : undefined,
      })),
  };
}

function auth(what: string, { path, ...load }: Load & { path: string }): Scenario {
  return {
    what,
    collection: 'users',
    ...load,
    make: ({ token, identity }) => {
      const request = { method: 'POST' as const, path: `/api/collections/users/${path}` };
      const refresh = path === 'auth-refresh';
      return [refresh ? { ...request, token } : { ...request, body: identity }];
    },
  };
}

const getOne: Scenario = {
  what: 'view one user',
  collection: 'users',
  requests: 1000,
  concurrency: 100,
  make: ({ token, userId }) => [{ method: 'GET', path: `${records('users')}/${userId}`, token }],
};

function list(
  what: string,
  options: Partial<Load> & { query?: string; rule?: string; index?: string },
): Scenario {
  const { query = '', rule = '', index, requests = 100, concurrency = 10 } = options;
  return {
    what: `list, ${what}`,
    collection: 'posts',
    rule: { kind: 'listRule', text: rule },
    ...(index === undefined ? {} : { index }),
    requests,
    concurrency,
    make: ({ token }) => [{ method: 'GET', path: `${records('posts')}?perPage=20${query}`, token }],
  };
}

const TOTAL = '&skipTotal=1';
const many: Scenario[] = [
  list('simple', { requests: 1000, concurrency: 1 }),
  list('simple', { requests: 1000, concurrency: 1000 }),
  list('simple, skipTotal', { query: TOTAL, requests: 1000, concurrency: 1000 }),
  {
    ...list('simple, beside 300 updates', { requests: 1000, concurrency: 1000 }),
    background: async ({ ids, token }) =>
      (await ids('posts', 100)).map((id) => ({
        method: 'PATCH',
        path: `${records('posts')}/${id}`,
        body: { title: `update${id}` },
        token,
      })),
  },
];

const permissions = '&expand=author.permissions';
const limited = 'fields=id,collectionId,expand.author.id';
const searches: Scenario[] = [
  list('expand author', { query: '&expand=author' }),
  list('expand author, few fields', { query: `&expand=author&${limited}` }),
  list('expand author.permissions', { query: permissions }),
  list('expand author.permissions, few fields', {
    query: `${permissions}&${limited},expand.author.expand.permissions.id`,
  }),
  list(`\`@request.auth.id != ''\``, { rule: `@request.auth.id != ''` }),
  ...indexed('author = @request.auth.id', 'author'),
  ...indexed('author.id = @request.auth.id', 'author'),
  ...indexed(`description ~ 'ipsum dolor'`, 'description'),
  ...unindexed(`type:each != 'c'`),
  ...unindexed(`type:each ?!= 'c'`),
  ...unindexed(`author.organization.name != 'test'`),
  ...unindexed('author.permissions.active = true'),
  ...unindexed('author.permissions.active ?= true'),
];

function indexed(rule: string, index: string): Scenario[] {
  return [
    list(`\`${rule}\``, { rule }),
    list(`\`${rule}\`, indexed`, { rule, index }),
    list(`\`${rule}\`, indexed, skipTotal`, { rule, index, query: TOTAL }),
  ];
}

function unindexed(rule: string): Scenario[] {
  return [list(`\`${rule}\``, { rule }), list(`\`${rule}\`, skipTotal`, { rule, query: TOTAL })];
}

function remove(
  collection: string,
  { rule, requests }: { rule: string; requests: number },
): Scenario {
  const cascade = collection === 'posts' ? ruleText(rule) : 'cascading';
  return {
    what: `delete ${collection}, ${cascade}`,
    collection,
    rule: { kind: 'deleteRule', text: rule },
    requests,
    concurrency: 10,
    make: async ({ ids, token }, count) =>
      (await ids(collection, count)).map((id) => ({
        method: 'DELETE',
        path: `${records(collection)}/${id}`,
        token,
      })),
  };
}

const ruleText = (rule: string): string => (rule === '' ? 'no rule' : `\`${rule}\``);
const records = (collection: string): string => `/api/collections/${collection}/records`;
