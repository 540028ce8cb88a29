import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childProcess, freePort, temporaryDirectory } from '@davit/testkit';
import type { Child } from '@davit/testkit';
import PocketBase from 'pocketbase';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const EMAIL = 'root@example.com';
const PASSWORD = 'correct-horse-1';

/** A server's program on a directory of its own: one signal ends all of it at once. */
export interface KillableServer {
  dir: string;
  /** signed in as a superuser once it was started */
  client: PocketBase;
  start: () => Promise<void>;
  kill: () => Promise<void>;
}

/** Not started yet; gone when the test is finished. */
export async function killableServer(name: string): Promise<KillableServer> {
  const opened = new AsyncDisposableStack();
  onTestFinished(() => opened.disposeAsync());
  const dir = join(opened.use(await temporaryDirectory(name)).path, 'pb_data');
  const port = await freePort();
  const env = { PB_SUPERUSER_EMAIL: EMAIL, PB_SUPERUSER_PASSWORD: PASSWORD };
  const client = new PocketBase(`http://127.0.0.1:${port}`);
  client.autoCancellation(false);
  let server: Child | undefined;
  opened.defer(async () => server?.[Symbol.asyncDispose]());
  return {
    dir,
    client,
    async start() {
      const args = [MAIN, 'serve', '--dir', dir, '--http', `127.0.0.1:${port}`, '--driver', 'none'];
      server = await childProcess(process.execPath, args, { env, ready: /Address/ });
      await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    },
    async kill() {
      server?.kill('SIGKILL');
      await server?.ended;
    },
  };
}
