import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './ask-raw.ts';
import { asker, form, startWithThings } from './hostile-things.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startWithThings();
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = asker(() => server);

describe('JSON beyond 1,000 levels', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  test.each([
    ['a body', (deep: string) => ({ body: `{"data":${deep}}` })],
    ['a payload of a form', (deep: string) => form('@jsonPayload', `{"data":${deep}}`)],
  ])('is refused in %s', async (_name, sent) => {
    const post = (levels: number): Promise<Answer> =>
      ask('/api/collections/things/records', { method: 'POST', ...sent(nested(levels)) });
    expect((await post(900)).status).toBe(200);
    expect((await post(5000)).status).toBe(400);
    expect((await post(200_000)).status).toBe(400);
  });

  test.each([
    ['a form', (deep: string) => form('data', deep)],
    ['a text of a body', (deep: string) => ({ body: JSON.stringify({ data: deep }) })],
  ])('is plain text in %s', async (_name, sent) => {
    const path = '/api/collections/things/records';
    const answer = await ask(path, { method: 'POST', ...sent(nested(5000)) });
    expect(answer.status, answer.text.slice(0, 200)).toBe(200);
    expect((JSON.parse(answer.text) as { data: unknown }).data).toBe(nested(5000));
  });

  test('is shown as text where PocketBase has stored it', async () => {
    const zeros = 'hex(zeroblob(4500))';
    const deep = `replace(${zeros}, '00', '[[') || replace(${zeros}, '00', ']]')`;
    const query = `INSERT INTO things (id, data) VALUES ('deepdeepdeep001', ${deep})`;
    await ask('/api/sql', { method: 'POST', body: JSON.stringify({ query }), as: 'superuser' });
    const one = await ask('/api/collections/things/records/deepdeepdeep001');
    expect(one.status, one.text).toBe(200);
    const filter = encodeURIComponent("data.a = 1 || title ~ 't'");
    const list = await ask(
      `/api/collections/things/records?perPage=500&sort=data.a&filter=${filter}`,
    );
    expect(list.status, list.text.slice(0, 300)).toBe(200);
  });
});
