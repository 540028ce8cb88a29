import { randomInt } from 'node:crypto';
import { request } from 'node:http';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const seed = randomInt(2 ** 31);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const fields = [
    { name: 'title', type: 'text', max: 0 },
    { name: 'amount', type: 'number' },
    { name: 'data', type: 'json' },
    { name: 'self', type: 'relation', collectionId: 'PLACE', maxSelect: 3 },
    { name: 'files', type: 'file', maxSelect: 9, thumbs: ['100x100'] },
  ];
  const everybody = { listRule: '', viewRule: '', createRule: '', updateRule: '', deleteRule: '' };
  const { id } = await created({
    name: 'things',
    type: 'base',
    fields: fields.slice(0, 3),
    ...everybody,
  });
  const all = fields.map((field) =>
    'collectionId' in field ? { ...field, collectionId: id } : field,
  );
  const changed = await ask(`/api/collections/things`, {
    method: 'PATCH',
    body: JSON.stringify({ fields: all }),
    as: 'superuser',
  });
  expect(changed.status).toBe(200);
  for (let at = 0; at < 5; at++) {
    const body = JSON.stringify({ title: `t${at}`, amount: at, data: { a: [at] } });
    expect((await ask('/api/collections/things/records', { method: 'POST', body })).status).toBe(
      200,
    );
  }
});
afterAll(() => server[Symbol.asyncDispose]());

interface Sent {
  method?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  as?: 'user' | 'superuser';
}
interface Answer {
  status: number;
  text: string;
}

/** As the bytes are: no client in between tidies a path or a header. */
function ask(path: string, { method = 'GET', body, headers = {}, as }: Sent = {}): Promise<Answer> {
  const all: Record<string, string> = {
    ...(as && { authorization: server.tokens[as] }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sending = request(server.url, { method, path, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

async function created(body: object): Promise<{ id: string }> {
  const answer = await ask('/api/collections', {
    method: 'POST',
    body: JSON.stringify(body),
    as: 'superuser',
  });
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text) as { id: string };
}

/** Never our fault, and nothing of the inside in the answer. */
function expectClientFault({ status, text }: Answer): void {
  expect(status, text).toBeLessThan(500);
  if (status >= 400) expect(text).not.toMatch(/SQLITE|\bat .*\.ts:|no such column|node:/);
}

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    "'",
    '"',
    ')',
    '(',
    '\\',
    '%',
    '--',
    ';',
    '/*',
    '\0',
    '..',
    '@',
    ',',
    '.',
    ':',
    '{',
    '[',
    '𝕏',
    '\ud800',
  ),
);
const words = (...known: string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { arbitrary: fc.constantFrom(...known), weight: 4 },
        { arbitrary: noise, weight: 1 },
      ),
      { maxLength: 16 },
    )
    .map((parts) => parts.join(''));
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

describe(`hostile requests (seed ${seed})`, { timeout: 180_000 }, () => {
  test('lists with any filter, sort, expand, fields and page', async () => {
    const query = fc.record(
      {
        filter: words(
          'title',
          'amount',
          'data.a.0',
          'self.title',
          'self:length',
          '=',
          '~',
          '?>',
          ' && ',
          '||',
          '(',
          ')',
          "'x'",
          '1',
          '@now',
          '@request.auth.id',
          'strftime(',
          'things_via_self.id',
        ),
        sort: words('-', '+', 'title', ',', 'data.a', '@random', '@rowid', 'self.title'),
        expand: words('self', '.', ',', 'things_via_self', 'things(self)', ' '),
        fields: words('title', '*', ',', '.', 'title:excerpt(1,true)', ':excerpt(', 'expand.'),
        page: words('1', '-', '9', 'e', '.'),
        perPage: words('1', '0', '-', '99999999999999999999'),
        skipTotal: words('1', 'true', 'x'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.constantFrom<Sent['as']>(undefined, 'superuser'),
        async (wanted, as) => {
          const text = Object.entries(wanted)
            .map(([key, value]) => `${key}=${encoded(value)}`)
            .join('&');
          expectClientFault(await ask(`/api/collections/things/records?${text}`, as ? { as } : {}));
        },
      ),
      { seed, numRuns: 700 },
    );
  });

  test('bodies of any JSON, and of none', async () => {
    const body = fc.oneof(
      fc
        .record(
          {
            title: fc.anything(),
            amount: fc.anything(),
            data: fc.jsonValue(),
            self: fc.anything(),
            files: fc.anything(),
            id: fc.oneof(noise, fc.integer()),
            'amount+': fc.anything(),
            'self-': fc.anything(),
            '+files': fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((value) => {
          try {
            return JSON.stringify(value, (_key, item: unknown) =>
              typeof item === 'bigint' ? Number(item) : item,
            );
          } catch {
            return '{}';
          }
        }),
      words(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '"a"',
        '1',
        'null',
        '1e999',
        '\\u0000',
        '"__proto__":{}',
      ),
    );
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        expectClientFault(
          await ask('/api/collections/things/records', { method: 'POST', body: Buffer.from(text) }),
        );
      }),
      { seed, numRuns: 500 },
    );
  });

  test('multipart forms of any shape and file names of any kind', async () => {
    const part = fc.tuple(
      fc.constantFrom(
        'title',
        'files',
        'files+',
        '+files',
        'data',
        '@jsonPayload',
        'self',
        '__proto__',
        '',
      ),
      fc.option(
        fc.oneof(
          words('../', '..\\', '/etc/passwd', 'a.txt', '\0', 'CON', '.', ' ', '%2e%2e%2f', '\r\n'),
          fc.constant('x'.repeat(300)),
        ),
      ),
      fc.oneof(words('{', '"a":1', '}', '[', 'x', '\r\n', '--B')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.boolean(), async (parts, whole) => {
        const text = parts.map(
          ([name, file, content]) =>
            `--B\r\nContent-Disposition: form-data; name="${name}"${file === null ? '' : `; filename="${file}"\r\nContent-Type: text/plain`}\r\n\r\n${content}\r\n`,
        );
        const body = Buffer.from(text.join('') + (whole ? '--B--\r\n' : ''));
        const headers = { 'content-type': 'multipart/form-data; boundary=B' };
        const answer = await ask('/api/collections/things/records', {
          method: 'POST',
          body,
          headers,
        });
        expectClientFault(answer);
        if (answer.status === 200) {
          const { files } = JSON.parse(answer.text) as { files: string[] };
          for (const name of files) expect(name).toMatch(/^[\w.-]+$/);
        }
      }),
      { seed, numRuns: 400 },
    );
  });

  test('view queries of any kind', async () => {
    const query = words(
      'select ',
      'id',
      ', ',
      'title',
      ' from ',
      'things',
      ' as ',
      '*',
      '(',
      ')',
      "'",
      '`',
      ' where ',
      ' union ',
      'count(',
      'cast(',
      ' join ',
      '; drop table things',
      '--',
      '/*',
      'pragma x',
      'attach ',
      'load_extension(',
      'with x as (select 1) ',
      'randomblob(9e9)',
    );
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const body = JSON.stringify({ query: `select id, title from things ${text}` });
        for (const sent of [body, JSON.stringify({ query: text })]) {
          expect(
            (
              await ask('/api/collections/meta/dry-run-view', {
                method: 'POST',
                body: sent,
                as: 'superuser',
              })
            ).status,
          ).toBeLessThan(500);
        }
      }),
      { seed, numRuns: 30 },
    );
    expect((await ask('/api/collections/things/records')).status).toBe(200);
  });

  test('paths of any kind stay inside', async () => {
    const path = fc.array(
      fc.constantFrom(
        '..',
        '%2e%2e',
        '..%2f',
        '%5c..',
        '.',
        '',
        'data.db',
        '%00',
        '%ff',
        'things',
        'api',
        'files',
        '_',
        'etc',
        'passwd',
        '...',
        '%252e%252e',
        'auxiliary.db',
      ),
      { minLength: 1, maxLength: 7 },
    );
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('/', '/api/files/', '/api/files/things/', '/_/', '/api/backups/'),
        async (parts, base) => {
          const answer = await ask(base + parts.join('/'), { as: 'superuser' });
          expectClientFault(answer);
          expect(answer.text).not.toContain('SQLite format 3');
          expect(answer.text).not.toContain('root:x:');
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});

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
    const filter = encoded("data.a = 1 || title ~ 't'");
    const list = await ask(
      `/api/collections/things/records?perPage=500&sort=data.a&filter=${filter}`,
    );
    expect(list.status, list.text.slice(0, 300)).toBe(200);
  });
});

function form(name: string, value: string): Sent {
  return {
    body: Buffer.from(
      `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--B--\r\n`,
    ),
    headers: { 'content-type': 'multipart/form-data; boundary=B' },
  };
}

describe('pictures', () => {
  const huge = pngOf(60_000, 60_000);
  test.each([
    ['that claims to be huge', 'huge.png', huge],
    ['that is cut off', 'cut.png', pngOf(200, 200).subarray(0, 60)],
    [
      'that is a script',
      'svg.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ],
    ['that is none', 'text.png', Buffer.from('hello')],
  ])('one %s is handed out as it is', async (_name, file, content) => {
    const head = `--B\r\nContent-Disposition: form-data; name="files"; filename="${file}"\r\nContent-Type: image/png\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--B--\r\n')]);
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    const answer = await ask('/api/collections/things/records', { method: 'POST', body, headers });
    expect(answer.status, answer.text).toBe(200);
    const { id, files } = JSON.parse(answer.text) as { id: string; files: [string] };
    const before = process.memoryUsage().rss;
    const response = await fetch(`${server.url}/api/files/things/${id}/${files[0]}?thumb=100x100`);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });
});

/** A PNG of one colour: a few kilobytes that would unpack to gigabytes. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = deflateSync(Buffer.alloc(Math.min(height, 2000) * (width + 1)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
