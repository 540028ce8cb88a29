import { join } from 'node:path';
import { childProcess } from '@davit/testkit';
import type { Child } from '@davit/testkit';
import PocketBase from 'pocketbase';

const MAIN = join(import.meta.dirname, '../../apps/server/dist/main.js');
export const PASSWORD = 'correct-horse-1';
export const EMAIL = { root: 'root@example.com', user: 'ada@example.com' };

/** The bundled server's command line. */
export function davit(
  args: readonly string[],
  options?: { ready: RegExp; env?: Record<string, string> },
): Promise<Child> {
  return childProcess(process.execPath, [MAIN, ...args], options);
}

/** The bundled server as its users start it, with flags of an engine. */
export function startServer(
  at: { dir: string; port: number },
  engine: readonly string[],
  env: Record<string, string> = {},
): Promise<Child> {
  const args = ['serve', '--dir', at.dir, '--http', `127.0.0.1:${at.port}`, ...engine];
  return davit(args, { ready: /Address/, env });
}

export async function addSuperuser(dir: string): Promise<void> {
  await using child = await davit(['superuser', 'upsert', EMAIL.root, PASSWORD, '--dir', dir]);
  if ((await child.ended) !== 0) throw new Error(child.output());
}

/** Makes the user account, and signs both in. */
export async function signIn(url: string): Promise<{ root: PocketBase; user: PocketBase }> {
  const [root, user] = [new PocketBase(url), new PocketBase(url)];
  for (const client of [root, user]) client.autoCancellation(false);
  await root.collection('_superusers').authWithPassword(EMAIL.root, PASSWORD);
  const account = { email: EMAIL.user, password: PASSWORD, passwordConfirm: PASSWORD };
  await root.collection('users').create(account);
  await user.collection('users').authWithPassword(EMAIL.user, PASSWORD);
  return { root, user };
}
