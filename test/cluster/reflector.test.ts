import { KubeHttp, loadKubeconfig, Reflector, resourcePath, Store } from '@davit/kubernetes';
import type { Change, ReflectorOptions } from '@davit/kubernetes';
import { answerProxy, controlPlane, has, WATCH_EXPIRED } from '@davit/testkit';
import type { AnswerProxy, ControlPlane } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

interface ConfigMap {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  data?: { value?: string };
}
type Options = Partial<ReflectorOptions<ConfigMap, string>>;

const TYPE = { apiVersion: 'v1', plural: 'configmaps' };
const FAST = { backOff: { minMs: 20, maxMs: 200 }, graceMs: 300 };

describe.runIf(has('api'))('a reflector on a real API server', () => {
  let plane: ControlPlane;
  let direct: KubeHttp;
  let proxy: AnswerProxy;
  let http: KubeHttp;
  let namespace: string;
  let path: string;
  let count = 0;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    plane = await controlPlane();
    direct = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
  });
  afterAll(async () => {
    await direct?.close();
    await plane?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    namespace = `reflector-${(count += 1)}`;
    path = resourcePath(TYPE, { namespace });
    await direct.create('/api/v1/namespaces', { metadata: { name: namespace } });
    proxy = await answerProxy(plane);
    http = new KubeHttp({ config: loadKubeconfig({ path: proxy.kubeconfig! }), attempts: 1 });
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await http.close();
    await proxy[Symbol.asyncDispose]();
  });

  const put = (name: string, value: string): Promise<ConfigMap> =>
    direct.create(path, { metadata: { name, labels: { kept: 'yes' } }, data: { value } });
  const change = (name: string, value: string): Promise<unknown> =>
    direct.patch(`${path}/${name}`, { data: { value } }, { type: 'merge' });

  function reflect(options: Options = {}) {
    const stop = new AbortController();
    const store = new Store<string>();
    const seen: string[] = [];
    const states: boolean[] = [];
    const reflector = new Reflector<ConfigMap, string>({
      http,
      path,
      labelSelector: 'kept',
      store,
      project: (object) => object.data?.value ?? '',
      onChange: ({ type, entry }: Change<string>) =>
        void seen.push(`${type} ${entry.key.split('/')[1]} ${entry.value}`),
      onState: ({ connected }) => void states.push(connected),
      ...FAST,
      ...options,
    });
    const running = reflector.run(stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await running;
    };
    stops.push(end);
    const values = (): Record<string, string> =>
      Object.fromEntries([...store.entries()].map((e) => [e.key.split('/')[1]!, e.value]));
    return { reflector, seen, states, values, end };
  }

  test('lists in pages, then follows changes', async () => {
    for (const name of ['a', 'b', 'c']) await put(name, '1');
    const { reflector, seen, values } = reflect({ pageSize: 2 });
    expect(await reflector.synced).toBe(true);
    expect(values()).toEqual({ a: '1', b: '1', c: '1' });
    expect(proxy.requests.filter((r) => r.includes('limit=2'))).toHaveLength(2);
    await change('a', '2');
    await direct.delete(`${path}/b`);
    await put('d', '1');
    await vi.waitFor(() => expect(values()).toEqual({ a: '2', c: '1', d: '1' }), {
      timeout: 30_000,
    });
    expect(seen.slice(3)).toEqual(['modified a 2', 'deleted b 1', 'added d 1']);
  });

  test('continues after a reset connection without a new list', async () => {
    await put('a', '1');
    const { reflector, seen, states, values } = reflect();
    await reflector.synced;
    await vi.waitFor(() => expect(proxy.requests.at(-1)).toContain('watch=true'), {
      timeout: 30_000,
    });
    proxy.clear();
    proxy.reset();
    await change('a', '2');
    await vi.waitFor(() => expect(values()).toEqual({ a: '2' }), { timeout: 30_000 });
    expect(seen).toEqual(['added a 1', 'modified a 2']);
    expect(proxy.requests.every((request) => request.includes('watch=true'))).toBe(true);
    await vi.waitFor(() => expect(states.at(-1)).toBe(true), { timeout: 30_000 });
    expect(states).toContain(false);
  });

  test('lists again when its version is forgotten, and reports what it missed', async () => {
    const first = await put('a', '1');
    await put('b', '1');
    const { reflector, seen } = reflect();
    await reflector.synced;
    await vi.waitFor(() => expect(proxy.requests.at(-1)).toContain('watch=true'), {
      timeout: 30_000,
    });
    proxy.refuse();
    proxy.reset();
    await direct.delete(`${path}/a`);
    const second = await put('a', '1');
    await direct.delete(`${path}/b`);
    await put('c', '1');
    proxy.answer({ path: /watch=true/, status: 200, body: WATCH_EXPIRED, times: 1 });
    await proxy.restore();
    await vi.waitFor(() => expect(seen).toHaveLength(6), { timeout: 30_000 });
    // recreated under the same name: both have to be seen
    expect(first.metadata.uid).not.toBe(second.metadata.uid);
    expect(seen.slice(2)).toEqual(['deleted a 1', 'added a 1', 'added c 1', 'deleted b 1']);
  });

  test('is connected when its watch is open, not when its list has come', async () => {
    await put('a', '1');
    proxy.answer({ path: /watch=true/, status: 503, body: {} });
    const { reflector, states } = reflect();
    expect(await reflector.synced).toBe(true);
    await vi.waitFor(() => expect(states).toEqual([false]), { timeout: 30_000 });
    proxy.clear();
    await vi.waitFor(() => expect(states).toEqual([false, true]), { timeout: 30_000 });
  });

  test('an object nothing can be made of holds up no other', async () => {
    await put('a', '1');
    await put('odd', '1');
    const project = (object: ConfigMap): string => {
      if (object.metadata.name === 'odd') throw new Error('odd');
      return object.data?.value ?? '';
    };
    const { reflector, values } = reflect({ project });
    expect(await reflector.synced).toBe(true);
    await change('odd', '2');
    await change('a', '2');
    await vi.waitFor(() => expect(values()).toEqual({ a: '2' }), { timeout: 30_000 });
  });

  test('takes an HTTP 410 for the same', async () => {
    await put('a', '1');
    const { reflector } = reflect();
    await reflector.synced;
    await vi.waitFor(() => expect(proxy.requests.at(-1)).toContain('watch=true'), {
      timeout: 30_000,
    });
    proxy.clear();
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
    proxy.answer({ path: /watch=true/, status: 410, body: gone, times: 1 });
    proxy.reset();
    await vi.waitFor(() => expect(proxy.requests.some((r) => r.includes('limit='))).toBe(true), {
      timeout: 30_000,
    });
  });

  test('waits as long as a 429 asks for', async () => {
    await put('a', '1');
    const headers = { 'retry-after': '1' };
    proxy.answer({ path: /configmaps/, status: 429, headers, times: 2, body: {} });
    const started = Date.now();
    const { reflector } = reflect();
    expect(await reflector.synced).toBe(true);
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_000);
  });

  test('cuts a watch that hangs beyond its end', async () => {
    await put('a', '1');
    const { reflector, values, states } = reflect({ watchSeconds: { min: 1, max: 1 } });
    await reflector.synced;
    await vi.waitFor(() => expect(proxy.requests.at(-1)).toContain('watch=true'), {
      timeout: 30_000,
    });
    proxy.hang();
    await change('a', '2');
    await vi.waitFor(() => expect(states).toEqual([true, false]), { timeout: 5_000 });
    proxy.reset();
    await proxy.restore();
    await vi.waitFor(() => expect(values()).toEqual({ a: '2' }), { timeout: 5_000 });
  });

  test('goes on after the server ends a watch in time', async () => {
    await put('a', '1');
    const { reflector, values, states } = reflect({ watchSeconds: { min: 1, max: 1 } });
    await reflector.synced;
    const watches = (): number => proxy.requests.filter((r) => r.includes('watch=true')).length;
    await vi.waitFor(() => expect(watches()).toBeGreaterThanOrEqual(3), { timeout: 6_000 });
    await change('a', '2');
    await vi.waitFor(() => expect(values()).toEqual({ a: '2' }), { timeout: 30_000 });
    expect(states).toEqual([true]);
  });

  test('a handler that throws does not stop the others changes', async () => {
    const onChange = vi.fn(() => {
      throw new Error('broken handler');
    });
    const { reflector, values } = reflect({ onChange });
    await reflector.synced;
    await put('a', '1');
    await put('b', '1');
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(2), { timeout: 30_000 });
    expect(values()).toEqual({ a: '1', b: '1' });
  });

  test('ends at once wherever it is, and leaves no watch behind', async () => {
    proxy.refuse();
    const failing = reflect({ backOff: { minMs: 60_000, maxMs: 60_000 } });
    await vi.waitFor(() => expect(failing.states).toEqual([false]), { timeout: 30_000 });
    await failing.end();
    expect(await failing.reflector.synced).toBe(false);
    await proxy.restore();
    const watching = reflect();
    await watching.reflector.synced;
    await vi.waitFor(() => expect(proxy.requests.at(-1)).toContain('watch=true'), {
      timeout: 30_000,
    });
    await watching.end();
    await http.close();
    await vi.waitFor(() => expect(proxy.connections).toBe(0), { timeout: 30_000 });
  });

  test('keeps what a write answered over older news', async () => {
    const { reflector, seen, values } = reflect();
    await reflector.synced;
    const created = await put('a', '1');
    const changed = (await change('a', '2')) as ConfigMap;
    reflector.observe(changed);
    reflector.observe(created);
    expect(values()).toEqual({ a: '2' });
    await put('b', '1');
    await vi.waitFor(() => expect(seen.at(-1)).toBe('added b 1'), { timeout: 30_000 });
    expect(values()).toEqual({ a: '2', b: '1' });
  });
});
