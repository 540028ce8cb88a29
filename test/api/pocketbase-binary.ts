import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { programPath } from '@davit/testkit';
import { vi } from 'vitest';

/** The real PocketBase: one's own, or the one that was built with the other engines. */
export const POCKETBASE: string = process.env.DAVIT_TEST_POCKETBASE ?? programPath('pocketbase');

/** Why tests with the real PocketBase cannot run; '' where they can. */
export const NO_POCKETBASE: string = existsSync(POCKETBASE)
  ? ''
  : 'npm run engines -- --prepare builds PocketBase where Go is there; DAVIT_TEST_POCKETBASE names one';

export interface PocketBaseProcess {
  url: string;
  /** everything it printed */
  output(): string;
  stop(): Promise<void>;
}

/** The real PocketBase on a directory, which is left as it is afterwards. `key` is for encrypted settings. */
export async function startPocketBase(dir: string, key = ''): Promise<PocketBaseProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  // beside the directory it would find, and leave, the migrations of other tests
  const own = ['pb_migrations', 'pb_hooks', 'pb_public'].map((name) => join(dir, name));
  const [migrations = '', hooks = '', site = ''] = own;
  const folders = ['--dir', dir, '--migrationsDir', migrations, '--hooksDir', hooks];
  const options = ['--publicDir', site, '--automigrate=false', '--dev=false', '--http', address];
  const encryption = key === '' ? [] : ['--encryptionEnv', 'PB_ENCRYPTION_KEY'];
  const args = ['serve', ...folders, ...options, ...encryption];
  const env = { ...process.env, PB_ENCRYPTION_KEY: key };
  const child = spawn(POCKETBASE, args, { cwd: dir, env });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const url = `http://${address}`;
  try {
    await vi.waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`PocketBase ended: ${output}`);
      await fetch(`${url}/api/health`);
    }, 20_000);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    url,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
