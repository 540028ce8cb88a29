import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@davit/domain';
import { expect, onTestFinished, test } from 'vitest';
import { KubeHttp } from './kube-http.ts';

test('a write that has waited for a connection is asked about again before it is sent', async () => {
  const open: ServerResponse[] = [];
  const seen: (string | undefined)[] = [];
  const server = createServer((req, res) => {
    seen.push(req.url);
    open.push(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = {
    server: `http://127.0.0.1:${port}`,
    tls: { rejectUnauthorized: true },
    authorization: () => undefined,
    namespace: 'default',
  };
  const http = new KubeHttp({ config, connections: 1 });
  onTestFinished(async () => {
    await http.close();
    server.close();
  });

  let held = true;
  const allowed = (): void => {
    if (!held) throw new AppError('unavailable', 'not ours any more');
  };
  const first = http.create('/first', {}, { allowed });
  await expect.poll(() => seen).toEqual(['/first']);
  const second = http.create('/second', {}, { allowed });
  held = false;
  open[0]!.end('{}');
  await expect(first).resolves.toEqual({});
  await expect(second).rejects.toThrow('not ours any more');
  held = true;
  const third = http.create('/third', {}, { allowed });
  await expect.poll(() => seen).toEqual(['/first', '/third']);
  open[1]!.end('{"a":1}');
  await expect(third).resolves.toEqual({ a: 1 });
});
