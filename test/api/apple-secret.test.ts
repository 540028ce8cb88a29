import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { JsonObject } from '@davit/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const keyOf = (namedCurve: string): string =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;

const privateKey = keyOf('P-256');
const GOOD = {
  clientId: 'com.example.app',
  teamId: 'ABCDEFGHIJ',
  keyId: '0123456789',
  privateKey,
  duration: 600,
};

async function generate(
  body: unknown,
  as: 'superuser' | 'user' = 'superuser',
): Promise<JsonObject> {
  const path = '/api/settings/apple/generate-client-secret';
  const { status, text } = await send(server, { method: 'POST', path, as, body });
  return { ...(JSON.parse(text) as JsonObject), status };
}

test('Apple gets a client secret signed with the key', async () => {
  const { status, secret } = await generate(GOOD);
  expect(status).toBe(200);
  const [head = '', body = '', signature = ''] = (secret as string).split('.');
  const key = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' as const };
  const signed = Buffer.from(`${head}.${body}`);
  expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(decoded(head)).toEqual({ alg: 'ES256', kid: GOOD.keyId, typ: 'JWT' });
  const { iat, exp, ...claims } = decoded(body);
  expect(claims).toEqual({
    iss: GOOD.teamId,
    sub: GOOD.clientId,
    aud: ['https://appleid.apple.com'],
  });
  expect(Number(exp) - Number(iat)).toBe(600);
});

function decoded(part: string): JsonObject {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const RAW = 'Failed to generate client secret. Raw error: \n';

test.each([
  [{}, 'Invalid client secret data.', 'clientId duration keyId privateKey teamId'],
  [{ teamId: 'short', keyId: '' }, 'Invalid client secret data.', 'keyId teamId'],
  [{ duration: 0 }, 'Invalid client secret data.', 'duration'],
  [{ duration: -1 }, 'Invalid client secret data.', 'duration'],
  [{ duration: 15_777_001 }, 'Invalid client secret data.', 'duration'],
  [{ duration: 1.5 }, 'An error occurred while loading the submitted data.', ''],
  [{ clientId: 5 }, 'An error occurred while loading the submitted data.', ''],
  [{ privateKey: 'x' }, 'Invalid client secret data.', 'privateKey'],
  [
    { privateKey: '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----' },
    `${RAW}invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key.`,
    '',
  ],
  [
    { privateKey: rsa.export({ type: 'pkcs8', format: 'pem' }) },
    `${RAW}key is not a valid ECDSA private key.`,
    '',
  ],
  [{ privateKey: keyOf('P-384') }, `${RAW}key is invalid.`, ''],
])("%# is refused in PocketBase's words", async (change, message, fields) => {
  const body = Object.keys(change).length === 0 ? {} : { ...GOOD, ...change };
  const answer = await generate(body);
  expect([answer.status, answer.message]).toEqual([400, message]);
  expect(
    Object.keys(answer.data as JsonObject)
      .sort()
      .join(' '),
  ).toBe(fields);
});

test('only superusers generate one', async () => {
  expect((await generate(GOOD, 'user')).status).toBe(403);
});
