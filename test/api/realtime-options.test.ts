import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import PocketBase from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_POCKETBASE, startPocketBase } from './pocketbase-binary.ts';
import { serveConfig } from './server.ts';

const FIXTURE = new URL('../fixtures/pocketbase/data', import.meta.url);
const USER = { id: '4q1xlclmfloku33', email: 'test@example.com' };
const PASSWORD = '1234567890';
const VALUES = { title: 'a', num: 6, hidden: 'see', owner: USER.id };

/** What a server is told of, and what it tells, must be the same on both. */
const SERVERS = [
  ['Davit', '', (dir: string) => createServer(serveConfig(dir))],
  [
    'PocketBase',
    NO_POCKETBASE,
    async (dir: string) => {
      const started = await startPocketBase(dir);
      return { url: started.url, close: () => started.stop() };
    },
  ],
] as const;

interface Listener {
  id: string;
  /** by event, as they came */
  told: Map<string, { action: string; record: Record<string, unknown> }[]>;
  end(): void;
}

/** An event stream, read as the frames are. */
async function listen(url: string): Promise<Listener> {
  const end = new AbortController();
  const response = await fetch(`${url}/api/realtime`, { signal: end.signal });
  const told: Listener['told'] = new Map();
  const connected = Promise.withResolvers<string>();
  const take = (frame: string): void => {
    const [, event = '', data = ''] = /event:(.*)\ndata:(.*)/.exec(frame) ?? [];
    if (event === 'PB_CONNECT')
      connected.resolve((JSON.parse(data) as { clientId: string }).clientId);
    else told.set(event, [...(told.get(event) ?? []), JSON.parse(data) as never]);
  };
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      frames.forEach(take);
    }
  };
  read().catch(() => undefined);
  return { id: await connected.promise, told, end: () => end.abort() };
}

const topic = (name: string, query: object, headers: object = {}): string =>
  `${name}?options=${encodeURIComponent(JSON.stringify({ query, headers }))}`;

describe.each(SERVERS)('subscriptions of %s%s', (_name, reason, start) => {
  describe.skipIf(reason !== '')(`${reason}`, () => {
    let dir: string;
    let server: { url: string; close(): Promise<void> };
    let root: PocketBase;
    let user: PocketBase;
    const open: Listener[] = [];
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'davit-realtime-'));
      await cp(FIXTURE, dir, { recursive: true });
      server = await start(dir);
      [root, user] = [new PocketBase(server.url), new PocketBase(server.url)];
      for (const client of [root, user]) client.autoCancellation(false);
      await root.collection('_superusers').authWithPassword('test@example.com', PASSWORD);
      const token = await root.collection('users').impersonate(USER.id, 3600);
      user.authStore.save(token.authStore.token);
      const rules = { createRule: '', updateRule: '', deleteRule: '' };
      const fields = [
        { name: 'title', type: 'text' },
        { name: 'num', type: 'number' },
        { name: 'hidden', type: 'text', hidden: true },
        { name: 'owner', type: 'relation', collectionId: '_pb_users_auth_', maxSelect: 1 },
      ];
      const asked = '@request.query.key = title && @request.headers.x_key = title';
      for (const [name, listRule, viewRule] of [
        ['open', '', ''],
        ['asked', asked, asked],
        ['mine', 'owner = @request.auth.id', null],
      ] as const) {
        await root.collections.create({ name, type: 'base', listRule, viewRule, fields, ...rules });
      }
    }, 180_000);
    afterAll(async () => {
      for (const listener of open) listener.end();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    });

    const subscribe = async (
      client: PocketBase,
      subscriptions: unknown,
      known?: Listener,
    ): Promise<Listener> => {
      const listener = known ?? (await listen(server.url));
      if (!known) open.push(listener);
      const body = { clientId: listener.id, subscriptions };
      await client.send('/api/realtime', { method: 'POST', body });
      return listener;
    };
    const guest = (): PocketBase => new PocketBase(server.url);

    /** Told of a creation: these and none of the others, even when a later one has been told. */
    async function expectTold(
      client: PocketBase,
      name: string,
      expected: Record<string, object | null>,
    ): Promise<void> {
      const listener = await subscribe(client, Object.keys(expected));
      const wanted = Object.entries(expected).filter(([, record]) => record !== null);
      for (const count of [1, 2]) {
        await root.collection(name).create(VALUES);
        await vi.waitFor(() => {
          for (const [event] of wanted) expect(listener.told.get(event), event).toHaveLength(count);
        }, 30_000);
      }
      for (const [event, record] of wanted) {
        expect(listener.told.get(event)?.[0]).toEqual({ action: 'create', record });
      }
      expect([...listener.told.keys()].sort()).toEqual(wanted.map(([event]) => event).sort());
    }

    const all = expect.objectContaining({ title: 'a', num: 6, owner: USER.id }) as object;

    test('pick fields, and all of them where that cannot be read', async () => {
      await expectTold(guest(), 'open', {
        'open/*': all,
        open: all,
        [topic('open/*', { fields: 'title' })]: { title: 'a' },
        [topic('open/*', { fields: null })]: all,
        [topic('open/*', { fields: ['title'] })]: all,
        [topic('open/*', { fields: 'title:none()' })]: all,
        'open/*?options={': all,
        'open/*?options=%7B%22query%22%3A%5B%5D%7D': all,
      });
    });

    test('expand what who listens may see', async () => {
      const email = topic('open/*', { expand: 'owner', fields: 'expand.owner.email' });
      await expectTold(user, 'open', { [email]: { expand: { owner: { email: USER.email } } } });
      await expectTold(guest(), 'open', { [email]: { expand: {} } });
    });

    test('filter, but not by what is not theirs', async () => {
      const by = (filter: string): string => topic('open/*', { filter, fields: 'title' });
      await expectTold(guest(), 'open', {
        [by('title = "a" && num > 5')]: { title: 'a' },
        [by('num > 6')]: null,
        [by('title ~')]: null,
        [by('hidden = "see"')]: null,
        [by('@request.auth.id = ""')]: null,
        [by('@collection.users.id != ""')]: null,
      });
    });

    test('send what rules ask for', async () => {
      await expectTold(guest(), 'asked', {
        [topic('asked/*', { key: 'a' }, { 'X-Key': 'a' })]: all,
        [topic('asked/*', { key: 'b' }, { 'X-Key': 'a' })]: null,
        [topic('asked/*', { key: 'a' }, { 'X-Key': 'b' })]: null,
        'asked/*': null,
      });
    });

    test('are checked for who subscribes, who may become somebody, but nobody else', async () => {
      const listener = await subscribe(guest(), ['mine/*']);
      await root.collection('mine').create(VALUES);
      await subscribe(user, ['mine/*'], listener);
      const { id } = await root.collection('mine').create(VALUES);
      await vi.waitFor(() => expect(listener.told.get('mine/*')).toHaveLength(1), 30_000);
      expect(listener.told.get('mine/*')?.[0]?.record.id).toBe(id);
      for (const other of [guest(), root]) {
        await expect(subscribe(other, [], listener)).rejects.toMatchObject({ status: 403 });
      }
      const record = await root.collection('mine').update(id, { title: 'b' });
      await root.collection('mine').delete(record.id);
      await vi.waitFor(() => {
        const actions = listener.told
          .get('mine/*')
          ?.map(({ action }) => action)
          .sort();
        expect(actions).toEqual(['create', 'delete', 'update']);
      }, 30_000);
    });

    test.each([
      ['a', {}],
      [5, {}],
      [{}, {}],
      [['a', 1], {}],
      [['é'.repeat(1300)], { subscriptions: { '0': { code: 'validation_length_too_long' } } }],
      [Array(1001).fill('a'), { subscriptions: { code: 'validation_length_too_long' } }],
    ])('of another kind are refused: %#', async (subscriptions, data) => {
      const refused = await subscribe(guest(), subscriptions).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 400, response: { data } });
      const { response } = refused as { response: { data: object } };
      expect(Object.keys(response.data)).toEqual(Object.keys(data));
    });
  });
});
