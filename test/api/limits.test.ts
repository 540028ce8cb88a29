import { afterEach, beforeEach, expect, test } from 'vitest';
import { send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const FROM = 'x-test-ip';

async function configure(settings: object): Promise<void> {
  const { status, text } = await send(server, {
    method: 'PATCH',
    path: '/api/settings',
    as: 'superuser',
    headers: { [FROM]: '10.0.0.1' },
    body: settings,
  });
  expect(`${status} ${text}`).toMatch(/^200 /);
}

test('superusers sign in from where they may come from, and nowhere else', async () => {
  const trustedProxy = { headers: [FROM], useLeftmostIP: false };
  await configure({ trustedProxy, superuserIPs: ['10.0.0.0/8'] });
  const signIn = async (collection: string, name: string, ip: string): Promise<string> => {
    const { status, text } = await send(server, {
      method: 'POST',
      path: `/api/collections/${collection}/auth-with-password`,
      headers: { [FROM]: ip },
      body: { identity: `${name}@example.com`, password: PASSWORD },
    });
    return `${status} ${(JSON.parse(text) as { message?: string }).message ?? ''}`;
  };
  expect(await signIn('_superusers', 'root', '10.1.2.3')).toBe('200 ');
  const refused = '403 You are not allowed to perform this request.';
  expect(await signIn('_superusers', 'root', '192.168.1.1')).toBe(refused);
  expect(await signIn('users', 'user', '192.168.1.1')).toBe('200 ');
});

test('counters begin anew with new settings', async () => {
  const rule = { label: '/api/health', audience: '', duration: 600, maxRequests: 2 };
  const limits = { rateLimits: { enabled: true, rules: [rule] } };
  const statuses = async (): Promise<number[]> => {
    const found: number[] = [];
    for (let count = 0; count < 3; count++) {
      found.push((await send(server, { path: '/api/health' })).status);
    }
    return found;
  };
  await configure(limits);
  expect(await statuses()).toEqual([200, 200, 429]);
  await configure(limits);
  expect(await statuses()).toEqual([200, 200, 429]);
});
