import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childProcess, freePort, loadGenerator, temporaryDirectory } from '@davit/testkit';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const PASSWORD = 'correct-horse-1';
const EMAIL = 'root@example.com';
const TOTAL = process.env.DAVIT_SOAK ? 10_000 : 2000;
const AT_ONCE = 200;
const MEGABYTE = 2 ** 20;

const signIn = '/api/collections/_superusers/auth-with-password';

test(
  `${TOTAL} wrong passwords, ${AT_ONCE} at a time, are refused and hold nobody else up`,
  { timeout: 600_000 },
  async () => {
    await using directory = await temporaryDirectory('storm');
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const flags = ['--dir', join(directory.path, 'pb_data'), '--http', `127.0.0.1:${port}`];
    await using server = await childProcess(
      process.execPath,
      [MAIN, 'serve', ...flags, '--driver', 'none'],
      {
        env: { PB_SUPERUSER_EMAIL: EMAIL, PB_SUPERUSER_PASSWORD: PASSWORD },
        ready: /Address/,
      },
    );
    await using health = await loadGenerator(`${url}/api/health`, {
      ...{ rate: 50, connections: 4, keepAlive: true, timeout: 30_000 },
    });
    const first = await storm(url, TOTAL / 2);
    const half = await residentBytes(server.pid);
    const second = await storm(url, TOTAL / 2);
    const grown = (await residentBytes(server.pid)) - half;
    const { ok, failed, p99, slowest } = await health.stop();
    const figures = { health: { ok, p99, slowest }, first, second, grownBy: grown / MEGABYTE };
    console.info('sign-in storm', JSON.stringify(figures));
    for (const statuses of [first, second]) {
      expect(Object.keys(statuses).sort()).toEqual(['400', '429']); // wrong, or too many
    }
    expect(failed).toBe(0);
    expect(grown).toBeLessThan(128 * MEGABYTE);
    // whoever knows the password gets in again at once
    expect(await attempt(url, new Agent(), PASSWORD)).toBe(200);
  },
);

/** How often each status came back. */
async function storm(url: string, total: number): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const statuses: Record<string, number> = {};
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < total) {
      const status = await attempt(url, agent, `wrong-${++sent}`);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  agent.destroy();
  return statuses;
}

/** Some for somebody who does not exist. */
function attempt(url: string, agent: Agent, password: string): Promise<number> {
  const identity = password.endsWith('3') ? 'nobody@example.com' : EMAIL;
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(url + signIn, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end(JSON.stringify({ identity, password }));
  });
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
