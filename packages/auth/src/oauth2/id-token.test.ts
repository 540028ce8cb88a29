import { expect, test } from 'vitest';
import { readIdToken } from './id-token.ts';

const token = (claims: object): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
};
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

test('clocks may differ by five minutes, or as much as is configured', async () => {
  const expired = token({ sub: 'a', exp: secondsAgo(200) });
  expect(await readIdToken(expired, {})).toMatchObject({ sub: 'a' });
  await expect(readIdToken(expired, { leewaySeconds: 100 })).rejects.toThrow('expired');
  const early = token({ sub: 'a', exp: secondsAgo(-900), nbf: secondsAgo(-400) });
  await expect(readIdToken(early, {})).rejects.toThrow('of the future');
  expect(await readIdToken(early, { leewaySeconds: 600 })).toMatchObject({ sub: 'a' });
});
