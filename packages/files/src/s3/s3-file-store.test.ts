import { expect, test } from 'vitest';
import type { S3Options } from './s3-client.ts';
import { createS3FileStore } from './s3-file-store.ts';
import { signRequest } from './sign-request.ts';

const bucket = {
  endpoint: 'https://s3.example.com',
  bucket: 'files',
  region: 'us-east-1',
  accessKey: 'key',
  secret: 'secret',
  forcePathStyle: true,
};

test('signs as Amazon documents it', () => {
  // the example of "Authenticating Requests: Using the Authorization Header", GET with a range
  const headers = signRequest(
    {
      method: 'GET',
      url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
      headers: { range: 'bytes=0-9' },
      body: new Uint8Array(),
    },
    {
      region: 'us-east-1',
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    new Date('2013-05-24T00:00:00Z'),
  );
  expect(headers.authorization).toContain(
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

test.each([
  [true, 'https://s3.example.com/files/a/b/c%20d.txt'],
  [false, 'https://files.s3.example.com/a/b/c%20d.txt'],
])('the bucket is in the path: %s', async (forcePathStyle, expected) => {
  let asked = '';
  const send: S3Options['fetch'] = (url) => {
    asked = url.href;
    return Promise.resolve(new Response('x'));
  };
  await createS3FileStore({ ...bucket, forcePathStyle, fetch: send }).get('a/b/c d.txt');
  expect(asked).toBe(expected);
});

test.each([
  [404, 'not_found'],
  [403, 'unavailable'],
  [500, 'unavailable'],
])('%i is %s', async (status, code) => {
  const send: S3Options['fetch'] = () => Promise.resolve(new Response('', { status }));
  const getting = createS3FileStore({ ...bucket, fetch: send }).get('a/b/c');
  await expect(getting).rejects.toMatchObject({ code });
});

test('a storage that is away is unavailable; a key that leaves the bucket is invalid', async () => {
  const send: S3Options['fetch'] = () => Promise.reject(new TypeError('fetch failed'));
  const store = createS3FileStore({ ...bucket, fetch: send });
  await expect(store.get('a/b/c')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(store.get('a/../c')).rejects.toMatchObject({ code: 'invalid' });
});
