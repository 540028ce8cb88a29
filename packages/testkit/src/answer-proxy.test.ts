import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, type Dispatcher, request } from 'undici';
import { answerProxy, type AnswerProxy, WATCH_EXPIRED } from './answer-proxy.ts';
import { has } from './engines/available.ts';
import { controlPlane, type ControlPlane, kubectlFor } from './engines/control-plane.ts';
import { readKubeconfig } from './engines/kubeconfig.ts';

describe.runIf(has('api'))('in front of a real API server', () => {
  let plane: ControlPlane;
  let proxy: AnswerProxy;
  let client: Agent;

  beforeAll(async () => {
    plane = await controlPlane();
    proxy = await answerProxy(plane);
    client = new Agent({ connect: { ca: readKubeconfig(proxy.kubeconfig!)!.authority } });
  }, 120_000);
  afterAll(async () => {
    await client.destroy();
    await proxy[Symbol.asyncDispose]();
    await plane[Symbol.asyncDispose]();
  });
  afterEach(() => proxy.clear());

  const ask = (path: string): Promise<Dispatcher.ResponseData> =>
    request(proxy.url + path, {
      dispatcher: client,
      headers: { authorization: `Bearer ${plane.token}` },
    });

  test('is a way to the API server that kubectl accepts', async () => {
    const { kubectl } = kubectlFor(proxy.kubeconfig!);
    expect(await kubectl('get', 'namespaces', '-o', 'name')).toContain('namespace/default');
    expect(proxy.requests.some((line) => line.startsWith('GET /api/v1/namespaces'))).toBe(true);
  });

  test('answers in its place as often as it is told', async () => {
    proxy.answer({
      path: /^\/api\/v1\/pods/,
      status: 429,
      headers: { 'retry-after': '1' },
      times: 1,
    });
    const first = await ask('/api/v1/pods');
    await first.body.dump();
    const second = await ask('/api/v1/pods');
    await second.body.dump();
    expect([first.statusCode, first.headers['retry-after']]).toEqual([429, '1']);
    expect(second.statusCode).toBe(200);
  });

  test('loses the answer to a write that happened', async () => {
    proxy.answer({ path: /namespaces$/, method: 'POST', status: 500, afterwards: true });
    const answer = await request(`${proxy.url}/api/v1/namespaces`, {
      method: 'POST',
      dispatcher: client,
      headers: { authorization: `Bearer ${plane.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: 'lost' } }),
    });
    await answer.body.dump();
    expect(answer.statusCode).toBe(500);
    expect(await plane.kubectl('get', 'namespace', 'lost', '-o', 'name')).toBe('namespace/lost\n');
  });

  test('expires open watches as the API server would', async () => {
    const watch = await ask('/api/v1/configmaps?watch=true&resourceVersion=0');
    const text = watch.body.text();
    proxy.expireWatches();
    expect((await text).endsWith(WATCH_EXPIRED)).toBe(true);
  });

  test('breaks the connection as well', async () => {
    const watch = await ask('/api/v1/configmaps?watch=true');
    proxy.reset();
    await expect(watch.body.text()).rejects.toThrow();
  });
});
