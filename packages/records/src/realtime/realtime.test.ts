import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  aRequest,
  aSuperuser,
  aUser,
  createBlog,
  openTestRecords,
  type TestRecords,
} from '../open-records.fixture.ts';
import { ManualClock } from '@davit/domain/manual-clock';
import type { AuthRecord, RealtimeMessage, Records } from '../index.ts';
import { MAX_PENDING } from './hub.ts';

let opened: TestRecords;
let records: Records;
const clock = new ManualClock();

beforeEach(async () => {
  opened = await openTestRecords({ clock });
  records = opened.records;
  await createBlog(records);
});
afterEach(() => opened[Symbol.asyncDispose]());

interface Listener {
  id: string;
  messages: RealtimeMessage[];
  /** what happened, without the connection's first message */
  seen(): string[];
  ended: string[];
  gone: AbortController;
  subscribe(topics: string[], auth?: AuthRecord): Promise<void>;
}

async function connect(send?: (message: RealtimeMessage) => Promise<void>): Promise<Listener> {
  const messages: RealtimeMessage[] = [];
  const ended: string[] = [];
  const gone = new AbortController();
  const client = await records.realtime.connect({
    ip: '127.0.0.1',
    send(message) {
      messages.push(message);
      return send?.(message);
    },
    end: (reason) => void ended.push(reason),
    signal: gone.signal,
  });
  return {
    id: client.id,
    messages,
    ended,
    gone,
    seen: () => messages.slice(1).map(({ event, data }) => `${event} ${describe(data)}`),
    subscribe: (topics, auth) =>
      records.realtime.subscribe(client.id, topics, aRequest({ auth, method: 'POST' })),
  };
}

function describe(data: string): string {
  const { action, record } = JSON.parse(data) as { action: string; record: { title: string } };
  return `${action} ${record.title}`;
}

test('tells a new client its id', async () => {
  const { id, messages } = await connect();
  expect(id).toHaveLength(40);
  expect(messages).toEqual([{ event: 'PB_CONNECT', data: JSON.stringify({ clientId: id }) }]);
});

test('tells subscribers of changes in the order of the commits', async () => {
  const all = await connect();
  const one = await connect();
  const post = await records.save('posts', { title: 'a' });
  await all.subscribe(['posts/*']);
  await one.subscribe([`posts/${post.id}`]);
  await records.save('posts', { id: post.id, title: 'b' });
  await records.save('posts', { title: 'other' });
  await records.remove('posts', post.id);
  await vi.waitFor(
    () =>
      expect(all.seen()).toEqual(['posts/* update b', 'posts/* create other', 'posts/* delete b']),
    { timeout: 10_000 },
  );
  const topic = `posts/${post.id}`;
  expect(one.seen()).toEqual([`${topic} update b`, `${topic} delete b`]);
});

test('tells only those whom the rule lets see it', async () => {
  await records.collections.update('posts', { listRule: 'owner = @request.auth.id' });
  const ann = await aUser(records, 'ann');
  const [mine, theirs, root] = [await connect(), await connect(), await connect()];
  await mine.subscribe(['posts/*'], ann);
  await theirs.subscribe(['posts/*'], await aUser(records, 'bob'));
  await root.subscribe(['posts'], await aSuperuser(records));
  const post = await records.save('posts', { title: 'a', owner: ann.record.id, secret: 's' });
  await records.remove('posts', post.id);
  await vi.waitFor(() => expect(root.seen()).toEqual(['posts create a', 'posts delete a']), {
    timeout: 10_000,
  });
  expect(mine.seen()).toEqual(['posts/* create a', 'posts/* delete a']);
  expect(mine.messages.at(-1)?.data).not.toContain('secret');
  expect(root.messages.at(-1)?.data).toContain('secret');
  expect(theirs.seen()).toEqual([]);
});

test('tells only superusers where the rule is theirs alone', async () => {
  const [guest, root] = [await connect(), await connect()];
  const post = await records.save('posts', { title: 'a' });
  const comments = [await records.save('comments', { text: 'x' })];
  await records.collections.update('comments', { listRule: null, viewRule: null });
  const topics = ['comments', 'comments/*', `comments/${comments[0]!.id}`, `posts/${post.id}`];
  await guest.subscribe(topics);
  await root.subscribe(topics, await aSuperuser(records));
  await records.save('comments', { id: comments[0]!.id, text: 'y' });
  await records.remove('comments', comments[0]!.id);
  await records.save('posts', { id: post.id, title: 'b' });
  await vi.waitFor(() => expect(root.seen()).toHaveLength(7), { timeout: 10_000 });
  expect(guest.seen()).toEqual([`posts/${post.id} update b`]);
});

test.each([
  [{ fields: 'title' }, ['title']],
  [{ fields: null }, ['title', 'views']],
  [{ fields: ['title'] }, ['title', 'views']],
  [{ fields: 'title:none()' }, ['title', 'views']],
])('with the query %j of a subscription, %j is told', async (query, names) => {
  const listener = await connect();
  const topic = `posts/*?options=${encodeURIComponent(JSON.stringify({ query }))}`;
  await listener.subscribe([topic, '']);
  await records.save('posts', { title: 'a', views: 1 });
  await vi.waitFor(() => expect(listener.seen()).toHaveLength(1), { timeout: 10_000 });
  const { record } = JSON.parse(listener.messages[1]?.data ?? '') as { record: object };
  expect(Object.keys(record)).toEqual(expect.arrayContaining(names));
  expect('views' in record).toBe(names.includes('views'));
});

test.each(['@collection.comments.text ?~ ""', '@request.auth.id = ""', 'title = @request.query.x'])(
  'tells nobody but superusers by the filter %s',
  async (filter) => {
    const [guest, root] = [await connect(), await connect()];
    const topic = `posts/*?options=${encodeURIComponent(JSON.stringify({ query: { filter } }))}`;
    await records.save('comments', { text: 'x' });
    await guest.subscribe([topic, 'posts/*']);
    await root.subscribe([topic, 'posts/*'], await aSuperuser(records));
    await records.save('posts', { title: 'a' });
    await vi.waitFor(() => expect(guest.seen()).toEqual(['posts/* create a']), { timeout: 10_000 });
    await vi.waitFor(() => expect(root.seen()).toContain('posts/* create a'), { timeout: 10_000 });
    expect(guest.seen()).toEqual(['posts/* create a']);
  },
);

test('tells those who manage an account its address, also when it is deleted', async () => {
  await records.collections.update('users', {
    listRule: '',
    manageRule: '@request.auth.name = "boss"',
  });
  const [boss, other] = [await aUser(records, 'boss'), await aUser(records, 'other')];
  const [managing, looking] = [await connect(), await connect()];
  await managing.subscribe(['users/*'], boss);
  await looking.subscribe(['users/*'], other);
  const addresses = ({ messages }: Listener): unknown[] =>
    messages
      .slice(1)
      .map(({ data }) => (JSON.parse(data) as { record: { email?: string } }).record.email);
  const ann = await aUser(records, 'ann');
  await vi.waitFor(() => expect(addresses(managing)).toHaveLength(1), { timeout: 10_000 });
  await records.remove('users', ann.record.id);
  await vi.waitFor(() => expect(addresses(managing)).toHaveLength(2), { timeout: 10_000 });
  await vi.waitFor(() => expect(addresses(looking)).toHaveLength(2), { timeout: 10_000 });
  expect(addresses(managing)).toEqual([ann.record.email, ann.record.email]);
  expect(addresses(looking)).toEqual([undefined, undefined]);
});

test('honours filter and fields of a subscription', async () => {
  const listener = await connect();
  const options = { query: { filter: 'views > 5', fields: 'title' } };
  const topic = `posts/*?options=${encodeURIComponent(JSON.stringify(options))}`;
  await listener.subscribe([topic]);
  await records.save('posts', { title: 'few', views: 1 });
  await records.save('posts', { title: 'many', views: 9 });
  await vi.waitFor(() => expect(listener.messages).toHaveLength(2), { timeout: 10_000 });
  expect(listener.messages[1]).toEqual({
    event: topic,
    data: JSON.stringify({ action: 'create', record: { title: 'many' } }),
  });
});

test('signs a client out when the account changes its password', async () => {
  await records.collections.update('posts', { listRule: '@request.auth.id != ""' });
  const ann = await aUser(records, 'ann');
  const listener = await connect();
  await listener.subscribe(['posts/*'], ann);
  await records.save('posts', { title: 'before' });
  await records.save('users', { id: ann.record.id, password: 'another horse' });
  const witness = await connect();
  await witness.subscribe(['posts/*'], await aSuperuser(records));
  await records.save('posts', { title: 'after' });
  await vi.waitFor(() => expect(witness.seen()).toEqual(['posts/* create after']), {
    timeout: 10_000,
  });
  expect(listener.seen()).toEqual(['posts/* create before']);
  const [client] = records.realtime.clients();
  expect(client?.auth).toBeUndefined();
});

test('refuses strangers on a connection', async () => {
  const listener = await connect();
  const ann = await aUser(records, 'ann');
  await listener.subscribe([], ann);
  await expect(listener.subscribe([])).rejects.toMatchObject({ code: 'forbidden' });
  const elsewhere = aRequest({ auth: ann, ip: '10.0.0.1' });
  await expect(records.realtime.subscribe(listener.id, [], elsewhere)).rejects.toMatchObject({
    message: 'Invalid realtime client.',
  });
  await expect(records.realtime.subscribe('unknown', [], aRequest())).rejects.toMatchObject({
    code: 'not_found',
    message: 'Missing or invalid client id.',
  });
});

test('ends a client that does not keep up, and no other', async () => {
  const slow = await connect(() => new Promise(() => undefined));
  const quick = await connect();
  await slow.subscribe(['news']);
  await quick.subscribe(['news']);
  for (let count = 0; count < 1100; count++) records.realtime.publish('news', { count });
  await vi.waitFor(() => expect(slow.ended).toEqual(['slow']), { timeout: 10_000 });
  await vi.waitFor(() => expect(quick.messages).toHaveLength(1101), { timeout: 10_000 });
  expect(slow.messages).toHaveLength(1);
});

test('ends idle and old connections, and forgets those that are gone', async () => {
  const [idle, busy, gone] = [await connect(), await connect(), await connect()];
  gone.gone.abort();
  await busy.subscribe(['news']);
  for (let minute = 0; minute < 30; minute += 4) {
    records.realtime.publish('news', {});
    await Promise.resolve();
    clock.advance(4 * 60_000);
  }
  expect(idle.ended).toEqual(['idle']);
  expect(busy.ended).toEqual(['expired']);
  expect(gone.ended).toEqual(['gone']);
  expect(records.realtime.clients()).toEqual([]);
});

test('publishes its own topics to those who are allowed', async () => {
  const [guest, user] = [await connect(), await connect()];
  const ann = await aUser(records, 'ann');
  await guest.subscribe(['news']);
  await user.subscribe(['news'], ann);
  expect(records.realtime.watched('news')).toBe(true);
  expect(records.realtime.watched('other')).toBe(false);
  records.realtime.publish('news', { a: 1 }, { allow: (auth) => auth !== undefined });
  await vi.waitFor(() => expect(user.messages).toHaveLength(2), { timeout: 10_000 });
  expect(user.messages[1]).toEqual({ event: 'news', data: '{"a":1}' });
  expect(guest.messages).toHaveLength(1);
});

test('checks each change as it was, not as a later one has left the record', async () => {
  const collection = records.collections.get('posts');
  await records.collections.save({ ...collection, viewRule: 'views > 0', listRule: 'views > 0' });
  const guest = await connect();
  await guest.subscribe(['posts/*']);
  await records.transaction(async (tx) => {
    const { id } = await tx.save('posts', { title: 'not yet public', views: 0 });
    await tx.save('posts', { id, title: 'public', views: 1 });
  });
  await vi.waitFor(() => expect(guest.seen()).toEqual(['posts/* update public']), {
    timeout: 10_000,
  });
});

test('a handler that fails for one client ends that one alone', async () => {
  const [first, second] = [await connect(), await connect()];
  await first.subscribe(['posts/*']);
  await second.subscribe(['posts/*']);
  records.hooks.onRealtimeMessageSend((e) => {
    if (e.client.id === first.id) throw new Error('no');
    return e.next();
  });
  await records.save('posts', { title: 'a' });
  await vi.waitFor(() => expect(second.seen()).toEqual(['posts/* create a']), { timeout: 10_000 });
  expect(first.ended).toEqual(['failed']);
  records.realtime.publish('posts/*', { own: true });
  await vi.waitFor(() => expect(second.messages).toHaveLength(3), { timeout: 10_000 });
});

test('ends a client behind which too much text waits', async () => {
  const slow = await connect((message) =>
    message.event === 'PB_CONNECT' ? Promise.resolve() : new Promise(() => undefined),
  );
  await slow.subscribe(['big']);
  for (let count = 0; count < 20; count++) records.realtime.publish('big', 'x'.repeat(1_000_000));
  expect(slow.ended).toEqual(['slow']);
});

test('tells all clients of an account that ask the same with one look', async () => {
  const user = await aUser(records, 'ann');
  const collection = records.collections.get('posts');
  await records.collections.save({ ...collection, listRule: 'owner = @request.auth.id' });
  let looks = 0;
  records.hooks.onRecordEnrich((e) => {
    looks++;
    return e.next();
  });
  const all = await Promise.all(Array.from({ length: 10 }, () => connect()));
  for (const client of all) await client.subscribe(['posts/*'], user);
  await records.save('posts', { title: 'a', owner: user.record.id });
  for (const client of all) {
    await vi.waitFor(() => expect(client.seen()).toEqual(['posts/* create a']), {
      timeout: 10_000,
    });
  }
  expect(looks).toBe(1);
});

test('ends the clients when more changes wait than can be kept', async () => {
  const listener = await connect();
  await listener.subscribe(['posts/*']);
  const held = Promise.withResolvers<void>();
  records.hooks.onRealtimeMessageSend(async (e) => {
    await held.promise;
    return e.next();
  });
  await records.transaction(async (tx) => {
    for (let n = 0; n <= MAX_PENDING; n++) await tx.save('posts', { title: 'a' });
  });
  expect(listener.ended).toEqual(['slow']);
  held.resolve();
  const next = await connect();
  await next.subscribe(['posts/*']);
  await records.save('posts', { title: 'after' });
  await vi.waitFor(() => expect(next.seen()).toEqual(['posts/* create after']), {
    timeout: 10_000,
  });
});
