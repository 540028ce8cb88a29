import { AppError } from '@davit/domain';
import type {
  DriverEvent,
  EngineEvent,
  RolloutDriver,
  RolloutIntent,
  RolloutObservation,
} from '@davit/domain';
import { createKubernetesDriver, KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import type { KubeList, KubeObject, RequestDone } from '@davit/kubernetes';
import type { RolloutResource } from '@davit/rollout';
import { answerProxy, controlPlane, has, until } from '@davit/testkit';
import type { AnswerProxy, ControlPlane } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installCrd } from './install-crd.ts';

const ROLLOUTS = '/apis/one-click.dev/v1alpha1/namespaces';

type Secret = KubeObject & { immutable?: boolean; type: string; data: Record<string, string> };

describe.runIf(has('api'))('the Kubernetes driver on a real API server', () => {
  let plane: ControlPlane;
  let proxy: AnswerProxy;
  /** past the proxy: the test's own view */
  let direct: KubeHttp;
  let kube: KubeHttp;
  let driver: RolloutDriver;
  let requests: RequestDone[] = [];
  let projectId: string;
  let count = 0;
  const signal = new AbortController().signal;
  const logger = { log: () => undefined, with: () => logger };
  let ends: AbortController;

  beforeAll(async () => {
    plane = await controlPlane();
    proxy = await answerProxy(plane);
    direct = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
    await installCrd(plane);
  });
  afterAll(async () => {
    await direct?.close();
    await proxy?.[Symbol.asyncDispose]();
    await plane?.[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    projectId = `project${(count += 1)}`;
    requests = [];
    ends = new AbortController();
    kube = new KubeHttp({
      config: loadKubeconfig({ path: proxy.kubeconfig! }),
      onRequest: (done) => requests.push(done),
    });
    driver = createKubernetesDriver({ kube, installationId: 'install1', logger });
  });
  afterEach(async () => {
    ends.abort();
    await driver.close();
    await kube.close();
    proxy.clear();
  });

  const ref = () => ({ projectId, deploymentId: 'shop' });
  function anIntent(change: Partial<RolloutIntent> = {}): RolloutIntent {
    return {
      ...ref(),
      rolloutId: 'rollout1',
      spec: { image: { registry: 'docker.io', repository: 'library/nginx', tag: '1' } },
      secrets: {},
      project: { name: 'My Shöp', userId: 'user1', username: 'ada@example.com' },
      ...change,
    };
  }
  const path = () => `${ROLLOUTS}/${projectId}/rollouts/shop`;
  const live = () => direct.get<RolloutResource>(path());
  const secrets = async () =>
    (await direct.get<KubeList<Secret>>(`/api/v1/namespaces/${projectId}/secrets`)).items ?? [];
  const writes = () => requests.filter(({ method }) => method !== 'GET').length;
  const edit = (spec: object) => direct.patch(path(), { spec }, { type: 'merge' });

  /** Watches until the test is over; answers what came so far. */
  function watching(): DriverEvent[] {
    const seen: DriverEvent[] = [];
    void (async () => {
      for await (const event of driver.watch({ signal: ends.signal })) seen.push(event);
    })();
    return seen;
  }
  const newest = (seen: DriverEvent[]): RolloutObservation | undefined =>
    seen
      .flatMap((event) => (event.type === 'observed' ? [event.observation] : []))
      .findLast((observation) => observation.projectId === projectId);
  const synced = (seen: DriverEvent[]) => until(() => seen.some(({ type }) => type === 'synced'));

  test('apply writes the namespace, the Secrets and the Rollout that refers to them', async () => {
    await driver.apply(
      anIntent({
        secrets: { TOKEN: 's3cret' },
        pull: { registry: 'docker.io', username: 'me', password: 'pw' },
      }),
      { signal },
    );
    const namespace = await direct.get<KubeObject>(`/api/v1/namespaces/${projectId}`);
    expect(namespace.metadata.labels).toMatchObject({
      'one-click.dev/projectId': projectId,
      'one-click.dev/userId': 'user1',
      'one-click.dev/username': 'adaexample.com',
      'one-click.dev/displayName': 'my-shop',
      'davit.dev/installation': 'install1',
    });
    const rollout = await live();
    expect(rollout.metadata.labels).toEqual({
      'one-click.dev/projectId': projectId,
      'one-click.dev/deploymentId': 'shop',
      'one-click.dev/rolloutId': 'rollout1',
      'davit.dev/installation': 'install1',
    });
    expect(JSON.stringify(rollout)).not.toMatch(/s3cret|"pw"/);
    const found = await secrets();
    const named = (name: string | undefined) =>
      found.find(({ metadata }) => metadata.name === name);
    const env = named(rollout.spec.secretsFrom)!;
    expect(env).toMatchObject({ immutable: true, type: 'Opaque' });
    expect(env.metadata.name).toMatch(/^shop-[0-9a-f]{16}$/);
    expect(Buffer.from(env.data['TOKEN']!, 'base64').toString()).toBe('s3cret');
    expect(named(rollout.spec.image.pullSecretName)?.type).toBe('kubernetes.io/dockerconfigjson');
  });

  test('applying the same again writes nothing, and asks nothing while it watches', async () => {
    const intent = anIntent({ secrets: { A: '1' } });
    await driver.apply(intent, { signal });
    const { resourceVersion } = (await live()).metadata;
    // still without a cache
    requests = [];
    await driver.apply(intent, { signal });
    expect(requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    await synced(watching());
    requests = [];
    await driver.apply(intent, { signal });
    expect(requests).toEqual([]);
    expect((await live()).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('a new spec replaces the old one; what others wrote around it stays', async () => {
    await driver.apply(anIntent({ spec: { ...anIntent().spec, args: ['a'] } }), { signal });
    await direct.patch(
      path(),
      { metadata: { annotations: { note: 'mine' }, labels: { team: 'a' } }, spec: { replicas: 4 } },
      { type: 'merge' },
    );
    await driver.apply(anIntent({ rolloutId: 'rollout2' }), { signal });
    const { metadata, spec } = await live();
    expect(metadata.labels).toMatchObject({ team: 'a', 'one-click.dev/rolloutId': 'rollout2' });
    expect(metadata.annotations).toMatchObject({ note: 'mine' });
    expect(spec).toEqual({ ...anIntent().spec, replicas: 4 });
  });

  test('drift is told and kept, and put back when asked for', async () => {
    await driver.apply(anIntent({ secrets: { A: '1' } }), { signal });
    const seen = watching();
    await synced(seen);
    expect(newest(seen)?.drift).toBeUndefined();
    await edit({ replicas: 3 });
    await until(() => newest(seen)?.replicas.desired === 3);
    expect(newest(seen)?.drift).toBeUndefined();
    await edit({ env: [{ name: 'DEBUG', value: '1' }] });
    const drift = await until(() => newest(seen)?.drift);
    expect(drift).toEqual({
      ...anIntent().spec,
      replicas: 3,
      env: [{ name: 'DEBUG', value: '1' }],
    });
    await driver.apply(anIntent({ secrets: { A: '1' } }), { signal });
    expect((await live()).spec.env).toHaveLength(1);
    await driver.apply(anIntent({ secrets: { A: '1' } }), { signal, revert: true });
    expect((await live()).spec.env).toBeUndefined();
    await until(() => newest(seen)?.drift === undefined);
  });

  test('a Rollout that is gone is told and written again', async () => {
    await driver.apply(anIntent(), { signal });
    const seen = watching();
    await synced(seen);
    await direct.delete(path());
    await until(() => seen.some((event) => event.type === 'removed'));
    await driver.apply(anIntent(), { signal });
    await until(() => seen.at(-1)?.type === 'observed');
    expect((await live()).spec).toEqual(anIntent().spec);
  });

  test('who read an older version loses the race and looks again', async () => {
    await driver.apply(anIntent(), { signal });
    const conflict = { kind: 'Status', status: 'Failure', code: 409, reason: 'Conflict' };
    proxy.answer({ method: 'PUT', path: /rollouts\/shop/, status: 409, body: conflict, times: 1 });
    await driver.apply(anIntent({ rolloutId: 'rollout2' }), { signal });
    expect((await live()).metadata.labels).toMatchObject({
      'one-click.dev/rolloutId': 'rollout2',
    });
  });

  test.each([
    ['no labels of ours', {}],
    ['another installation', { 'davit.dev/installation': 'install2' }],
  ])('a namespace with %s is refused and left alone', async (_what, labels) => {
    await plane.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: projectId, labels },
    });
    await expect(driver.apply(anIntent(), { signal })).rejects.toMatchObject({
      code: 'conflict',
      reason: 'NamespaceTaken',
    });
    expect(writes()).toBe(0);
    await driver.removeProject(projectId, { deleteData: true, signal });
    expect(await direct.get(`/api/v1/namespaces/${projectId}`)).toBeDefined();
  });

  test('what One-Click made for the same project is taken over', async () => {
    const labels = { 'one-click.dev/projectId': projectId, istio: 'on' };
    await plane.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: projectId, labels },
    });
    await plane.apply({
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      metadata: {
        name: 'shop',
        namespace: projectId,
        labels: { 'one-click.dev/projectId': projectId, 'one-click.dev/deploymentId': 'shop' },
      },
      spec: anIntent().spec,
    });
    await driver.apply(anIntent(), { signal });
    expect((await live()).metadata.labels).toMatchObject({ 'davit.dev/installation': 'install1' });
    const namespace = await direct.get<KubeObject>(`/api/v1/namespaces/${projectId}`);
    expect(namespace.metadata.labels).toMatchObject({ istio: 'on' });
  });

  test('a Rollout of somebody else is neither written, removed, restarted nor read', async () => {
    await driver.apply(anIntent(), { signal });
    const labels = { 'davit.dev/installation': 'install2' };
    await direct.patch(path(), { metadata: { labels } }, { type: 'merge' });
    const { resourceVersion } = (await live()).metadata;
    await expect(driver.apply(anIntent({ rolloutId: 'x' }), { signal })).rejects.toMatchObject({
      code: 'conflict',
    });
    await driver.remove(ref(), { deleteData: true, signal });
    await expect(driver.restart(ref(), { signal })).rejects.toMatchObject({ code: 'not_found' });
    const read = driver.logs(ref(), { follow: false, signal })[Symbol.asyncIterator]();
    await expect(read.next()).rejects.toMatchObject({ code: 'not_found' });
    expect((await live()).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('check refuses by spec path and changes nothing', async () => {
    // a missing namespace is no error: the first apply makes it
    await driver.check(anIntent(), { signal });
    await driver.apply(anIntent(), { signal });
    await driver.check(anIntent({ rolloutId: 'rollout2' }), { signal });
    const bad = anIntent({
      spec: { ...anIntent().spec, horizontalScale: { minReplicas: 3, maxReplicas: 1 } },
    });
    const error = await driver.check(bad, { signal }).catch((failure: unknown) => failure);
    expect(AppError.is(error, 'invalid') && error.data).toMatchObject({
      horizontalScale: {
        minReplicas: { message: expect.stringContaining('must not exceed') as string },
      },
    });
    await expect(driver.apply(bad, { signal })).rejects.toMatchObject({
      code: 'invalid',
      data: { horizontalScale: {} },
    });
    expect((await live()).metadata.labels).toMatchObject({ 'one-click.dev/rolloutId': 'rollout1' });
  });

  test('remove keeps volumes unless told otherwise, and may be repeated', async () => {
    await driver.apply(anIntent({ secrets: { A: '1' } }), { signal });
    await claim({ 'one-click.dev/deploymentId': 'shop', 'one-click.dev/projectId': projectId });
    await driver.remove(ref(), { deleteData: false, signal });
    await expect(live()).rejects.toMatchObject({ code: 'not_found' });
    expect(await secrets()).toEqual([]);
    expect(await claims()).toEqual(['data-shop']);
    await driver.remove(ref(), { deleteData: true, signal });
    expect(await claims()).toEqual([]);
    await driver.remove(ref(), { deleteData: true, signal });
  });

  test('a project with volumes keeps its namespace unless told otherwise', async () => {
    await driver.apply(anIntent(), { signal });
    await claim({ 'one-click.dev/deploymentId': 'shop' });
    const namespace = () => direct.get<KubeObject>(`/api/v1/namespaces/${projectId}`);
    await driver.removeProject(projectId, { deleteData: false, signal });
    await expect(live()).rejects.toMatchObject({ code: 'not_found' });
    expect((await namespace()).metadata.deletionTimestamp).toBeUndefined();
    await driver.removeProject(projectId, { deleteData: true, signal });
    expect((await namespace()).metadata.deletionTimestamp).toBeDefined();
    await driver.removeProject(projectId, { deleteData: true, signal });
    await driver.removeProject('never-was', { deleteData: true, signal });
  });

  test('superseded Secrets go when no kept rollout needs them', async () => {
    const spec = anIntent().spec;
    for (const value of ['1', '2', '3']) {
      await driver.apply(anIntent({ rolloutId: `rollout${value}`, spec, secrets: { A: value } }), {
        signal,
      });
    }
    expect(await secrets()).toHaveLength(3);
    await driver.pruneSecrets!(ref(), { kept: [{ secrets: { A: '1' } }], signal });
    const kept = await secrets();
    expect(kept.map(({ data }) => Buffer.from(data['A']!, 'base64').toString()).sort()).toEqual([
      '1',
      '3',
    ]);
    await driver.pruneSecrets!(ref(), { kept: [], signal });
    expect((await secrets()).map(({ metadata }) => metadata.name)).toEqual([
      (await live()).spec.secretsFrom,
    ]);
  });

  test('restart marks the Rollout and is no drift', async () => {
    await driver.apply(anIntent(), { signal });
    const { generation } = (await live()).metadata;
    await driver.restart(ref(), { signal });
    const { metadata } = await live();
    expect(metadata.annotations).toHaveProperty(['davit.dev/restartedAt']);
    expect(metadata.generation).toBe(generation);
    await driver.apply(anIntent({ rolloutId: 'rollout2' }), { signal });
    expect((await live()).metadata.annotations).toHaveProperty(['davit.dev/restartedAt']);
  });

  test('pods are the instances of an observation, and can be removed one by one', async () => {
    await driver.apply(anIntent(), { signal });
    const seen = watching();
    await pod('shop-1', 'shop');
    await pod('other-1', 'other');
    await until(() => newest(seen)?.instances.length === 1);
    expect(newest(seen)?.instances[0]).toMatchObject({
      name: 'shop-1',
      phase: 'Pending',
      ready: false,
      image: 'davit.test/web:1',
    });
    const remove = (instance: string) => driver.removeInstance(ref(), { instance, signal });
    await expect(remove('other-1')).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove('nobody')).rejects.toMatchObject({ code: 'not_found' });
    await remove('shop-1');
    await until(() => newest(seen)?.instances.length === 0);
  });

  test('a watch tells when the API server goes away and comes back', async () => {
    await driver.apply(anIntent(), { signal });
    const seen = watching();
    await synced(seen);
    const status = { kind: 'Status', status: 'Failure', code: 503, message: 'away' };
    proxy.answer({ path: /rollouts\?/, status: 503, body: status, times: 4 });
    const lost = await until(() => {
      // one that is only being opened does not hear it
      proxy.expireWatches();
      return seen.find(({ type }) => type === 'disconnected');
    });
    await until(() => seen.slice(seen.indexOf(lost)).some(({ type }) => type === 'synced'));
  });

  test('events of the deployment and its children, oldest first, then new ones', async () => {
    await driver.apply(anIntent(), { signal });
    await event('2', 'Pod', 'shop-7d9f8c6b5x-bcdfg');
    await event('1', 'Rollout', 'shop');
    await event('3', 'Pod', 'shop-two-7d9f8c6b5x-bcdfg');
    await event('4', 'Deployment', 'other');
    const all: EngineEvent[] = [];
    for await (const one of driver.events(ref(), { follow: false, signal })) all.push(one);
    expect(all.map(({ message }) => message)).toEqual(['1', '2']);
    expect(all[0]).toMatchObject({
      type: 'Warning',
      reason: 'Test',
      time: '2026-01-01T00:00:01Z',
      object: { kind: 'Rollout', name: 'shop' },
      count: 1,
    });
    const followed: string[] = [];
    const following = (async () => {
      for await (const one of driver.events(ref(), { follow: true, signal: ends.signal })) {
        followed.push(one.message);
      }
    })();
    await until(() => followed.length === 2);
    await event('5', 'Service', 'http-shop-svc');
    await until(() => followed.length === 3);
    expect(followed).toEqual(['1', '2', '5']);
    ends.abort();
    await following;
  });

  async function event(second: string, kind: string, name: string): Promise<void> {
    await direct.create(`/api/v1/namespaces/${projectId}/events`, {
      metadata: { generateName: 'e', namespace: projectId },
      involvedObject: { kind, name, namespace: projectId },
      type: 'Warning',
      reason: 'Test',
      message: second,
      count: 1,
      lastTimestamp: `2026-01-01T00:00:0${second}Z`,
    });
  }

  async function claim(labels: Record<string, string>): Promise<void> {
    await direct.create(`/api/v1/namespaces/${projectId}/persistentvolumeclaims`, {
      metadata: { name: 'data-shop', labels },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    // a protection that only a controller would take off
    const path = `/api/v1/namespaces/${projectId}/persistentvolumeclaims/data-shop`;
    await direct.patch(path, { metadata: { finalizers: null } }, { type: 'merge' });
  }
  async function claims(): Promise<string[]> {
    const path = `/api/v1/namespaces/${projectId}/persistentvolumeclaims`;
    const { items = [] } = await direct.get<KubeList<KubeObject>>(path);
    return items.map(({ metadata }) => metadata.name);
  }

  async function pod(name: string, deployment: string): Promise<void> {
    const account = `/api/v1/namespaces/${projectId}/serviceaccounts`;
    await direct.create(account, { metadata: { name: 'default' } }).catch(() => undefined);
    await direct.create(`/api/v1/namespaces/${projectId}/pods`, {
      metadata: { name, labels: { 'one-click.dev/deploymentId': deployment } },
      spec: { containers: [{ name: deployment, image: 'davit.test/web:1' }] },
    });
  }
});
