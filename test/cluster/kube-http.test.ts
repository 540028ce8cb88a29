import { AppError } from '@davit/domain';
import {
  EventRecorder,
  KubeHttp,
  KubeLease,
  loadKubeconfig,
  resourcePath,
} from '@davit/kubernetes';
import type { KubeHttpOptions, RequestDone } from '@davit/kubernetes';
import { answerProxy, controlPlane, has } from '@davit/testkit';
import type { AnswerProxy, ControlPlane } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

const CONFIG_MAPS = { apiVersion: 'v1', plural: 'configmaps' };
const path = resourcePath(CONFIG_MAPS, { namespace: 'default' });
const failure = async (promise: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (AppError.is(error)) return error;
  throw error;
};

describe.runIf(has('api'))('against a real API server', () => {
  let plane: ControlPlane;
  let proxy: AnswerProxy;
  const opened: KubeHttp[] = [];
  const done: RequestDone[] = [];

  beforeAll(async () => {
    plane = await controlPlane();
    proxy = await answerProxy(plane);
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await plane?.[Symbol.asyncDispose]();
  });
  beforeEach(() => void done.splice(0));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((http) => http.close()));
    proxy.clear();
    await proxy.restore();
  });

  function open(options: Partial<KubeHttpOptions> = {}): KubeHttp {
    const config = loadKubeconfig({ path: proxy.kubeconfig! });
    const http = new KubeHttp({ config, onRequest: (one) => void done.push(one), ...options });
    opened.push(http);
    return http;
  }

  describe('KubeHttp', () => {
    test('names what went wrong', async () => {
      const http = open();
      const create = (): Promise<unknown> => http.create(path, { metadata: { name: 'twice' } });
      await create();
      expect(await failure(create())).toMatchObject({ code: 'conflict', reason: 'AlreadyExists' });
      expect((await failure(http.get(`${path}/none`))).code).toBe('not_found');
      const bad = await failure(http.create(path, { metadata: { name: 'Not_A_Name' } }));
      expect(bad).toMatchObject({ code: 'invalid', data: { metadata: { name: {} } } });
      const stale = { metadata: { name: 'twice', resourceVersion: '1' } };
      expect(await failure(http.update(`${path}/twice`, stale))).toMatchObject({
        code: 'conflict',
        reason: 'Conflict',
      });
    });

    test('tries reads again, and creates only when the server did not take them', async () => {
      const http = open();
      proxy.answer({ path: /configmaps/, method: 'GET', status: 500, times: 2, body: {} });
      await http.get(path);
      proxy.answer({ path: /configmaps/, method: 'POST', status: 429, times: 1, body: {} });
      await http.create(path, { metadata: { name: 'after-429' } });
      proxy.answer({
        path: /configmaps/,
        method: 'POST',
        status: 500,
        times: 1,
        body: {},
        afterwards: true,
      });
      const lost = await failure(http.create(path, { metadata: { name: 'answer-lost' } }));
      expect(lost.code).toBe('unavailable');
      expect(done.map(({ method, status }) => `${method} ${status}`)).toEqual([
        'GET 500',
        'GET 500',
        'GET 200',
        'POST 429',
        'POST 201',
        'POST 500',
      ]);
    });

    test('gives up on a server that does not answer, or when told to', async () => {
      const http = open({ timeoutMs: 200 });
      await http.get(path);
      proxy.hang();
      const started = Date.now();
      expect((await failure(http.get(path))).code).toBe('timeout');
      // regression: without a connection yet, undici would notice only at its connect timeout
      expect(Date.now() - started).toBeLessThan(5_000);
      const stop = new AbortController();
      const waiting = http.get(path, { signal: stop.signal });
      stop.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    });

    test('says when nobody is there', async () => {
      const http = open({ attempts: 2 });
      proxy.refuse();
      proxy.reset();
      expect((await failure(http.get(path))).code).toBe('unavailable');
      expect(done).toHaveLength(2);
    });

    test('many requests share a few connections, and watches take none of them', async () => {
      const http = open({ connections: 2 });
      const stop = new AbortController();
      const watches = await Promise.all(
        Array.from({ length: 12 }, () => http.watch(path, { signal: stop.signal })),
      );
      await Promise.all(Array.from({ length: 100 }, () => http.get(path)));
      expect(proxy.connections).toBe(14);
      stop.abort(new Error('done'));
      for (const watch of watches) await expect(watch.next()).rejects.toThrow('done');
    });

    test('streams logs as bytes', async () => {
      const stream = await open().stream('/readyz');
      const bytes = await Array.fromAsync(stream as AsyncIterable<Buffer>);
      expect(Buffer.concat(bytes).toString()).toBe('ok');
    });
  });

  describe('KubeLease', () => {
    const FAST = { durationMs: 1_500, renewDeadlineMs: 1_000, retryMs: 100 };
    function candidate(http: KubeHttp, name: string, identity: string) {
      const stop = new AbortController();
      const lease = new KubeLease({ http, namespace: 'default', name, identity, ...FAST });
      const led: AbortSignal[] = [];
      const lead = (signal: AbortSignal): Promise<void> => {
        led.push(signal);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      };
      const ended = lease.hold(stop.signal, lead);
      return { lease, led, stop: () => (stop.abort(), ended) };
    }

    test('one leads; the next takes over at once when it stops', async () => {
      const http = open();
      const a = candidate(http, 'hand-over', 'a');
      await vi.waitFor(() => expect(a.lease.held).toBe(true), { timeout: 30_000 });
      const b = candidate(http, 'hand-over', 'b');
      await vi.waitFor(
        () => expect(done.filter(({ method }) => method === 'PUT').length > 3).toBe(true),
        { timeout: 30_000 },
      );
      expect([a.lease.held, b.lease.held]).toEqual([true, false]);
      await a.stop();
      expect(a.lease.held).toBe(false);
      await vi.waitFor(() => expect(b.lease.held).toBe(true), { timeout: 1_000 });
      await b.stop();
    });

    test('who cannot renew stops leading before another starts', async () => {
      const direct = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
      opened.push(direct);
      const a = candidate(open({ timeoutMs: 300 }), 'cut-off', 'a');
      await vi.waitFor(() => expect(a.lease.held).toBe(true), { timeout: 30_000 });
      const b = candidate(direct, 'cut-off', 'b');
      proxy.refuse();
      proxy.reset();
      let both = false;
      await vi.waitFor(
        () => {
          both ||= a.lease.held && b.lease.held;
          expect(b.lease.held).toBe(true);
        },
        { timeout: 5_000, interval: 5 },
      );
      expect(both).toBe(false);
      expect(a.led[0]?.aborted).toBe(true);
      await proxy.restore();
      await b.stop();
      // it competes again
      await vi.waitFor(() => expect(a.lease.held).toBe(true), { timeout: 5_000 });
      expect(a.led).toHaveLength(2);
      await a.stop();
    });
  });

  test('the same event again counts up the first', async () => {
    const http = open();
    const events = new EventRecorder({ http, component: 'test', instance: 'i' });
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default', uid: 'u' },
    };
    const event = { type: 'Warning' as const, reason: 'Broken', message: 'it is' };
    for (let i = 0; i < 3; i += 1) events.record(object, event);
    events.record(object, { ...event, message: 'still' });
    for (const message of ['a', 'b', 'b'])
      events.record(object, { type: 'Normal', reason: 'Made', message });
    await events.flush(30_000);
    const range = '{range .items[*]}{.reason} {.message} {.count}{"\\n"}{end}';
    const told = await plane.kubectl('get', 'events', '-o', `jsonpath=${range}`);
    expect(told.trim().split('\n').sort()).toEqual(['Broken still 4', 'Made a 1', 'Made b 2']);
  });
});
