import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import type { Standing } from './health.ts';
import { openHealth } from './health.ts';

const idle: Standing = { ready: true, refused: [], leads: false, original: undefined, lost: [] };

test.each<[string, Partial<Standing>, [number, string]]>([
  ['its caches are not filled', { ready: false }, [503, 'caches not filled\n']],
  [
    'rights are missing',
    { ready: false, refused: [''] },
    [503, 'caches not filled, no rights in the cluster\n'],
  ],
  [
    'it works where it may',
    { leads: true, refused: ['shop', 'blog'] },
    [200, 'ok, leads, no rights in shop blog\n'],
  ],
  ['another copy leads', {}, [200, 'ok\n']],
  ['it leads', { leads: true }, [200, 'ok, leads\n']],
  [
    'it waits',
    { original: { namespace: 'old', certain: true } },
    [200, "ok, but waits: One-Click's operator runs in old\n"],
  ],
  [
    'it looks',
    { original: { namespace: 'old', certain: false } },
    [200, "ok, but looks first whether One-Click's operator runs in old\n"],
  ],
  [
    'the definition is too old',
    { leads: true, lost: ['spec.probes', 'status.phase'] },
    [
      200,
      'ok, leads, but the definition of Rollouts is too old and loses spec.probes and 1 more\n',
    ],
  ],
])('/readyz says that %s', async (_what, standing, answer) => {
  const server = await openHealth({ port: 0 }, () => ({ ...idle, ...standing }));
  const url = `http://127.0.0.1:${server.port}`;
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual(answer);
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  expect((await fetch(`${url}/other`)).status).toBe(404);
  await server.close();
});

const loopback = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const hasBoth = loopback.some(({ address }) => address === '::1');

test.runIf(hasBoth)('without a host both families are listened on', async () => {
  const server = await openHealth({ port: 0 }, () => idle);
  for (const host of ['127.0.0.1', '[::1]']) {
    expect((await fetch(`http://${host}:${server.port}/healthz`)).status).toBe(200);
  }
  await server.close();
});
