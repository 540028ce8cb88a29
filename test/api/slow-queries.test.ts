import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { expect, test } from 'vitest';
import { PASSWORD, serveConfig } from './server.ts';

const ROWS = `
  WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c LIMIT 3000)
  INSERT INTO pages (id, title, text, next) SELECT printf('%015d', n), 'page ' || n, hex(zeroblob(200)), printf('%015d', 1 + n % 7) FROM c`;
/** Legal, each of them, and hours of work. */
const HOSTILE = [
  'next.pages_via_next.next.pages_via_next.title ?~ "nowhere"',
  'next.pages_via_next.next.pages_via_next.text ?= next.pages_via_next.title',
  '(next.pages_via_next.next.pages_via_next.text ?~ "1" || title = "")',
];
/** The first record of this one comes when all have been counted. */
const SLOW_VIEW = {
  name: 'counted',
  type: 'view',
  viewQuery: `WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c LIMIT 4000000000) SELECT max(n) AS id FROM c`,
};

test('queries that would take for ever end at their deadline, and nobody else waits', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'davit-slow-'));
  const server = await createServer({ ...serveConfig(dir), queryTimeoutMs: 3000 });
  try {
    await server.records.superusers.create('root@example.com', PASSWORD);
    const url = `${server.url}/api/`;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const sent = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(url + path, sent);
      const answer = (await response.json()) as Record<string, unknown>;
      expect(response.status, JSON.stringify(answer)).toBe(200);
      return answer;
    };
    const identity = { identity: 'root@example.com', password: PASSWORD };
    const signedIn = await post('collections/_superusers/auth-with-password', identity);
    headers.authorization = signedIn.token as string;
    const collection = await post('collections', {
      ...{ name: 'pages', type: 'base', listRule: '', viewRule: '' },
      fields: ['title', 'text'].map((name) => ({ name, type: 'text', max: 10_000 })),
    });
    await fetch(`${url}collections/pages`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({
        fields: [
          ...(collection.fields as object[]),
          { name: 'next', type: 'relation', collectionId: collection.id, maxSelect: 1 },
        ],
      }),
    });
    await post('sql', { query: ROWS });

    const asked = [
      ...HOSTILE.map((filter) => {
        const query = new URLSearchParams({ filter });
        return fetch(`${url}collections/pages/records?${query}`);
      }),
      fetch(`${url}collections`, { method: 'POST', headers, body: JSON.stringify(SLOW_VIEW) }),
    ];
    let running = asked.length;
    const hostile = asked.map(async (answer) => {
      const { status } = await answer;
      running -= 1;
      return status;
    });
    let answered = 0;
    const quick = [
      'health',
      'collections/pages/records/000000000000007',
      'collections/pages/records',
    ];
    while (running > 0 && answered < 60) {
      for (const path of quick) expect((await fetch(url + path)).status).toBe(200);
      answered += quick.length;
    }
    // many answers while none of theirs has come
    expect(running).toBe(hostile.length);
    expect(await Promise.all(hostile)).toEqual(hostile.map(() => 400));
    expect(server.records.collections.find('counted')).toBeUndefined();
  } finally {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
});
