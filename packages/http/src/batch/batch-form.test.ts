import { toAppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import { expect, test } from 'vitest';
import { parseBatch } from './batch-form.ts';

const url = '/api/collections/posts/records';

test('methods are in upper case', () => {
  const requests = [{ method: 'post', url }];
  let data: unknown;
  try {
    parseBatch({ body: { requests } }, 5);
  } catch (error) {
    data = toAppError(error).data;
  }
  expect(data).toMatchObject({
    requests: { 0: { method: { code: 'validation_in_invalid' } } },
  });
});

test.each<[JsonObject, object]>([
  [{ Requests: [{ Method: 'POST', URL: url }] }, { method: 'POST', url, headers: {}, body: {} }],
  [
    { requests: [{ method: 'POST', url, headers: { 'X-A': null }, body: null }] },
    { headers: { 'X-A': '' } },
  ],
  [
    { requests: [{ method: 'POST', url: `${url}?a=1&b=2&fields=id`, body: { b: 'own' } }] },
    { body: { a: 1, b: 'own' } },
  ],
  [{ requests: [{ method: 'POST', url: `${url}?a=%zz` }] }, { body: {} }],
])('reads %j', (body, item) => {
  expect(parseBatch({ body }, 5)).toEqual([expect.objectContaining(item)]);
});

test('files take the place of what the body says of their field', () => {
  const requests = [{ method: 'POST', url, body: { file: 'x', other: 'y' } }];
  const file = { name: 'a.txt', contentType: 'text/plain', content: new Uint8Array() };
  const files = [
    'requests.0.file',
    'requests.00.none',
    'requests[0].none.of',
    'requests.1.file',
  ].map((field) => ({ ...file, field }));
  const [item] = parseBatch({ body: { requests }, files }, 5);
  expect(item?.body).toEqual({ other: 'y' });
  expect(item?.files?.map(({ field }) => field)).toEqual(['file', 'none.of']);
});

test.each([{ requests: 'x' }, { requests: [null] }, { requests: [{ method: 1, url }] }])(
  'cannot read %j',
  (body) => {
    expect(() => parseBatch({ body }, 5)).toThrow('Failed to read the submitted batch data.');
  },
);
