import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from './bench-case.ts';
import type { World } from './records-world.ts';

/** Looks at every combination of posts, their authors and those authors' posts. */
const SLOW = `author.posts_via_author.author.posts_via_author.title ?~ 'nowhere'`;
const SECONDS = 3;

/** How long others wait while two queries of some seconds run: the 99th percentile, in milliseconds. */
export async function waitsBesideSlowQueries(worlds: World[], signal: AbortSignal): Promise<Row[]> {
  const measured: { health: number; point: number }[] = [];
  for (const world of worlds) measured.push(await measure(world, signal));
  const [davit, bare] = measured;
  if (!davit || !bare) return [];
  const what = (path: string): string => `p99 of ${path} beside two slow queries`;
  return [
    { what: what('/api/health'), unit: 'ms', davit: davit.health, bare: bare.health },
    { what: what('view one'), unit: 'ms', davit: davit.point, bare: bare.point },
  ];
}

async function measure(
  { server, token, userId }: World,
  signal: AbortSignal,
): Promise<{ health: number; point: number }> {
  await server.ask('PATCH', 'collections/posts', { listRule: '' });
  const url = `http://127.0.0.1:${server.port}/api/`;
  const over = new AbortController();
  const slow = [1, 2].map(async () => {
    const path = `${url}collections/posts/records?filter=${encodeURIComponent(SLOW)}`;
    while (!over.signal.aborted) {
      await fetch(path, { signal: AbortSignal.any([over.signal, signal]) })
        .then((response) => response.text())
        .catch(() => undefined);
    }
  });
  await sleep(500, undefined, { signal });
  const headers = { authorization: token };
  const probe = (path: string): Promise<number> => percentile(url + path, { headers, signal });
  const [health, point] = await Promise.all([
    probe('health'),
    probe(`collections/users/records/${userId}`),
  ]);
  over.abort();
  await Promise.all(slow);
  return { health, point };
}

async function percentile(url: string, init: RequestInit): Promise<number> {
  const waits: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const begin = performance.now();
    await (await fetch(url, init)).text();
    waits.push(performance.now() - begin);
    await sleep(5);
  }
  waits.sort((a, b) => a - b);
  return waits[Math.floor(waits.length * 0.99)] ?? Number.NaN;
}
