import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Run {
  readonly output: { stdout: string; stderr: string };
  stop(): void;
  /** exit code; null when a signal ended it */
  ended: Promise<number | null>;
}

function davit(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...args, '--dir', join(dir, 'data')]);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return {
    output,
    stop: () => void child.kill('SIGTERM'),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

test('serves, links to the first sign-in once, stops on SIGTERM, and makes superusers', async () => {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const first = davit('serve', '--http', address);
  await vi.waitFor(() => expect(first.output.stdout).toContain('/_/#/pbinstall/'), 20_000);
  expect(first.output.stdout.match(/pbinstall/g)).toHaveLength(1);
  expect((await fetch(`http://${address}/api/health`)).status).toBe(200);

  const second = davit('serve', '--http', address);
  expect(await second.ended).toBe(1);
  expect(second.output.stderr).toContain(`Another process listens on ${address}.`);

  const create = davit('superuser', 'create', 'root@example.com', 'correct-horse-1');
  expect(await create.ended).toBe(0);
  const again = davit('superuser', 'create', 'root@example.com', 'correct-horse-1');
  expect(await again.ended).toBe(1);
  expect(again.output.stderr).toContain('email: Value must be unique.');

  first.stop();
  expect(await first.ended).toBe(0);
  const third = davit('serve', '--http', address);
  await vi.waitFor(() => expect(third.output.stdout).toContain('Engine'), 20_000);
  expect(third.output.stdout).not.toContain('pbinstall');
  third.stop();
  expect(await third.ended).toBe(0);
});

test('explains what is wrong with a command line and ends with 2', async () => {
  const run = davit('serve', '--readers', 'many', '--colour');
  expect(await run.ended).toBe(2);
  expect(run.output.stderr).toContain('--readers must be a whole number');
  expect(run.output.stderr).toContain('unknown flag: --colour');
  expect(run.output.stdout).toBe('');
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
