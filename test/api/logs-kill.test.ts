import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childProcess, freePort, temporaryDirectory, until } from '@davit/testkit';
import type { Child } from '@davit/testkit';
import PocketBase from 'pocketbase';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const EMAIL = 'root@example.com';
const PASSWORD = 'correct-horse-1';

test('a killed server loses the last entries of its log alone; mail that could not go is told there', async () => {
  await using folder = await temporaryDirectory('logs-kill');
  const port = await freePort();
  const start = (): Promise<Child> =>
    childProcess(
      process.execPath,
      [
        ...[MAIN, 'serve', '--http', `127.0.0.1:${port}`, '--driver', 'none'],
        ...['--dir', join(folder.path, 'pb_data')],
      ],
      { env: { PB_ADMIN_EMAIL: EMAIL, PB_ADMIN_PASSWORD: PASSWORD }, ready: /Address/ },
    );
  const client = new PocketBase(`http://127.0.0.1:${port}`);
  const signIn = () => client.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
  const count = async (filter: string): Promise<number> =>
    (await client.logs.getList(1, 1, { filter })).totalItems;
  {
    await using first = await start();
    await signIn();
    // nobody listens there
    const smtp = { enabled: true, host: '127.0.0.1', port: await freePort() };
    await client.settings.update({ smtp });
    await client.collection('_superusers').requestPasswordReset(EMAIL);
    for (let n = 0; n < 450; n++) await fetch(`${client.baseURL}/api/health?number=${n}`);
    first.kill('SIGKILL');
    await first.ended;
  }
  await using second = await start();
  await signIn();
  expect(await count(`data.url ~ '/api/health?number='`)).toBeGreaterThanOrEqual(390);
  expect(second.output()).not.toContain('malformed');
  // the next start tries the mail again, and says why it cannot go
  await until(async () => (await count(`message ~ 'a mail' && data.reason ~ 'ECONNREFUSED'`)) > 0, {
    what: 'the failure in the log',
  });
});
