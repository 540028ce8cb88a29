import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sent } from './ask-raw.ts';
import { asker, expectClientFault, startWithThings } from './hostile-things.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startWithThings();
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = asker(() => server);

const seed = randomInt(2 ** 31);

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
