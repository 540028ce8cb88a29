import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '@davit/domain/manual-clock';
import { afterEach, expect, test } from 'vitest';
import { EventRecorder } from './event-recorder.ts';
import { KubeHttp } from './kube-http.ts';

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** A recorder whose API server takes events, or never answers. */
async function aRecorder({ silent = false } = {}) {
  const messages: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      messages.push((JSON.parse(body) as { message: string }).message);
      if (!silent) response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tls = { rejectUnauthorized: true };
  const config = { server: url, tls, namespace: 'default', authorization: () => undefined };
  const http = new KubeHttp({ config });
  const clock = new ManualClock();
  const led = { held: true };
  const allowed = (): boolean => led.held;
  const recorder = new EventRecorder({ http, component: 'c', instance: 'i', clock, allowed });
  closes.push(
    () => http.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const record = (index: number, name = `app-${index}`): void => {
    const object = { kind: 'Rollout', metadata: { name, namespace: 'shop', uid: name } };
    recorder.record(object, { type: 'Normal', reason: 'Created', message: `${index}` });
  };
  return { recorder, record, messages, clock, led };
}

test('what was recorded before a stop is written before leadership goes', async () => {
  const { recorder, record, messages, led } = await aRecorder();
  for (let index = 0; index < 10; index += 1) record(index);
  await recorder.flush(2_000);
  led.held = false;
  expect(messages).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
});

test('a stop does not wait for an API server that does not answer', async () => {
  const { recorder, record, messages, clock } = await aRecorder({ silent: true });
  record(1);
  record(2);
  await expect.poll(() => messages).toEqual(['1']);
  const flushed = recorder.flush(2_000);
  clock.advance(2_000);
  await flushed;
});

test('an API server that does not answer gets the first of what waits, and no more is kept', async () => {
  const { recorder, record, messages, clock } = await aRecorder({ silent: true });
  for (let index = 0; index < 3_000; index += 1) {
    record(index);
    clock.advance(100);
  }
  expect(recorder.waiting).toBe(200);
  await expect.poll(() => messages).toEqual(['0']);
});

test('one that keeps changing is told of 25 times, and others as before', async () => {
  const { recorder, record, messages } = await aRecorder();
  for (let index = 0; index < 3_000; index += 1) record(index, 'noisy');
  record(3_000, 'quiet');
  await recorder.flush(2_000);
  expect(messages).toHaveLength(26);
  expect(messages.at(-1)).toBe('3000');
});
