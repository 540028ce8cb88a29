import { AppError } from '@davit/domain';
import type { KubeList, KubeObject } from '@davit/kubernetes';
import { has } from '@davit/testkit';
import { describe, expect, test } from 'vitest';
import { useDriver } from './driver-world.ts';

type Secret = KubeObject & { immutable?: boolean; type: string; data: Record<string, string> };

describe.runIf(has('api'))('the Kubernetes driver on a real API server', () => {
  const the = useDriver();
  const { signal } = new AbortController();
  const secrets = async () =>
    (await the.direct.get<KubeList<Secret>>(`/api/v1/namespaces/${the.projectId}/secrets`)).items ??
    [];
  const writes = () => the.requests.filter(({ method }) => method !== 'GET').length;

  test('apply writes the namespace, the Secrets and the Rollout that refers to them', async () => {
    await the.driver.apply(
      the.anIntent({
        secrets: { TOKEN: 's3cret' },
        pull: { registry: 'docker.io', username: 'me', password: 'pw' },
      }),
      { signal },
    );
    const namespace = await the.direct.get<KubeObject>(`/api/v1/namespaces/${the.projectId}`);
    expect(namespace.metadata.labels).toMatchObject({
      'one-click.dev/projectId': the.projectId,
      'one-click.dev/userId': 'user1',
      'one-click.dev/username': 'adaexample.com',
      'one-click.dev/displayName': 'my-shop',
      'davit.dev/installation': 'install1',
    });
    const rollout = await the.live();
    expect(rollout.metadata.labels).toEqual({
      'one-click.dev/projectId': the.projectId,
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

  test('a new spec replaces the old one; what others wrote around it stays', async () => {
    await the.driver.apply(the.anIntent({ spec: { ...the.anIntent().spec, args: ['a'] } }), {
      signal,
    });
    await the.direct.patch(
      the.path,
      { metadata: { annotations: { note: 'mine' }, labels: { team: 'a' } }, spec: { replicas: 4 } },
      { type: 'merge' },
    );
    await the.driver.apply(the.anIntent({ rolloutId: 'rollout2' }), { signal });
    const { metadata, spec } = await the.live();
    expect(metadata.labels).toMatchObject({ team: 'a', 'one-click.dev/rolloutId': 'rollout2' });
    expect(metadata.annotations).toMatchObject({ note: 'mine' });
    expect(spec).toEqual({ ...the.anIntent().spec, replicas: 4 });
  });

  test('who read an older version loses the race and looks again', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    const conflict = { kind: 'Status', status: 'Failure', code: 409, reason: 'Conflict' };
    the.proxy.answer({
      method: 'PUT',
      path: /rollouts\/shop/,
      status: 409,
      body: conflict,
      times: 1,
    });
    await the.driver.apply(the.anIntent({ rolloutId: 'rollout2' }), { signal });
    expect((await the.live()).metadata.labels).toMatchObject({
      'one-click.dev/rolloutId': 'rollout2',
    });
  });

  test.each([
    ['no labels of ours', {}],
    ['another installation', { 'davit.dev/installation': 'install2' }],
  ])('a namespace with %s is refused and left alone', async (_what, labels) => {
    await the.plane.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: the.projectId, labels },
    });
    await expect(the.driver.apply(the.anIntent(), { signal })).rejects.toMatchObject({
      code: 'conflict',
      reason: 'NamespaceTaken',
    });
    expect(writes()).toBe(0);
    await the.driver.removeProject(the.projectId, { deleteData: true, signal });
    expect(await the.direct.get(`/api/v1/namespaces/${the.projectId}`)).toBeDefined();
  });

  test('what One-Click made for the same project is taken over', async () => {
    const labels = { 'one-click.dev/projectId': the.projectId, istio: 'on' };
    await the.plane.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: the.projectId, labels },
    });
    await the.plane.apply({
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      metadata: {
        name: 'shop',
        namespace: the.projectId,
        labels: { 'one-click.dev/projectId': the.projectId, 'one-click.dev/deploymentId': 'shop' },
      },
      spec: the.anIntent().spec,
    });
    await the.driver.apply(the.anIntent(), { signal });
    expect((await the.live()).metadata.labels).toMatchObject({
      'davit.dev/installation': 'install1',
    });
    const namespace = await the.direct.get<KubeObject>(`/api/v1/namespaces/${the.projectId}`);
    expect(namespace.metadata.labels).toMatchObject({ istio: 'on' });
  });

  test('a Rollout of somebody else is neither written, removed, restarted nor read', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    const labels = { 'davit.dev/installation': 'install2' };
    await the.direct.patch(the.path, { metadata: { labels } }, { type: 'merge' });
    const { resourceVersion } = (await the.live()).metadata;
    await expect(
      the.driver.apply(the.anIntent({ rolloutId: 'x' }), { signal }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    await the.driver.remove(the.ref, { deleteData: true, signal });
    await expect(the.driver.restart(the.ref, { signal })).rejects.toMatchObject({
      code: 'not_found',
    });
    const read = the.driver.logs(the.ref, { follow: false, signal })[Symbol.asyncIterator]();
    await expect(read.next()).rejects.toMatchObject({ code: 'not_found' });
    expect((await the.live()).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('check refuses by spec path and changes nothing', async () => {
    // a missing namespace is no error: the first apply makes it
    await the.driver.check(the.anIntent(), { signal });
    await the.driver.apply(the.anIntent(), { signal });
    await the.driver.check(the.anIntent({ rolloutId: 'rollout2' }), { signal });
    const bad = the.anIntent({
      spec: { ...the.anIntent().spec, horizontalScale: { minReplicas: 3, maxReplicas: 1 } },
    });
    const error = await the.driver.check(bad, { signal }).catch((failure: unknown) => failure);
    expect(AppError.is(error, 'invalid') && error.data).toMatchObject({
      horizontalScale: {
        minReplicas: { message: expect.stringContaining('must not exceed') as string },
      },
    });
    await expect(the.driver.apply(bad, { signal })).rejects.toMatchObject({
      code: 'invalid',
      data: { horizontalScale: {} },
    });
    expect((await the.live()).metadata.labels).toMatchObject({
      'one-click.dev/rolloutId': 'rollout1',
    });
  });

  test('remove keeps volumes unless told otherwise, and may be repeated', async () => {
    await the.driver.apply(the.anIntent({ secrets: { A: '1' } }), { signal });
    await claim({ 'one-click.dev/deploymentId': 'shop', 'one-click.dev/projectId': the.projectId });
    await the.driver.remove(the.ref, { deleteData: false, signal });
    await expect(the.live()).rejects.toMatchObject({ code: 'not_found' });
    expect(await secrets()).toEqual([]);
    expect(await claims()).toEqual(['data-shop']);
    await the.driver.remove(the.ref, { deleteData: true, signal });
    expect(await claims()).toEqual([]);
    await the.driver.remove(the.ref, { deleteData: true, signal });
  });

  test('a project with volumes keeps its namespace unless told otherwise', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    await claim({ 'one-click.dev/deploymentId': 'shop' });
    const namespace = () => the.direct.get<KubeObject>(`/api/v1/namespaces/${the.projectId}`);
    await the.driver.removeProject(the.projectId, { deleteData: false, signal });
    await expect(the.live()).rejects.toMatchObject({ code: 'not_found' });
    expect((await namespace()).metadata.deletionTimestamp).toBeUndefined();
    await the.driver.removeProject(the.projectId, { deleteData: true, signal });
    expect((await namespace()).metadata.deletionTimestamp).toBeDefined();
    await the.driver.removeProject(the.projectId, { deleteData: true, signal });
    await the.driver.removeProject('never-was', { deleteData: true, signal });
  });

  test('superseded Secrets go when no kept rollout needs them', async () => {
    const spec = the.anIntent().spec;
    for (const value of ['1', '2', '3']) {
      await the.driver.apply(
        the.anIntent({ rolloutId: `rollout${value}`, spec, secrets: { A: value } }),
        {
          signal,
        },
      );
    }
    expect(await secrets()).toHaveLength(3);
    await the.driver.pruneSecrets!(the.ref, { kept: [{ secrets: { A: '1' } }], signal });
    const kept = await secrets();
    expect(kept.map(({ data }) => Buffer.from(data['A']!, 'base64').toString()).sort()).toEqual([
      '1',
      '3',
    ]);
    await the.driver.pruneSecrets!(the.ref, { kept: [], signal });
    expect((await secrets()).map(({ metadata }) => metadata.name)).toEqual([
      (await the.live()).spec.secretsFrom,
    ]);
  });

  test('restart marks the Rollout and is no drift', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    const { generation } = (await the.live()).metadata;
    await the.driver.restart(the.ref, { signal });
    const { metadata } = await the.live();
    expect(metadata.annotations).toHaveProperty(['davit.dev/restartedAt']);
    expect(metadata.generation).toBe(generation);
    await the.driver.apply(the.anIntent({ rolloutId: 'rollout2' }), { signal });
    expect((await the.live()).metadata.annotations).toHaveProperty(['davit.dev/restartedAt']);
  });

  async function claim(labels: Record<string, string>): Promise<void> {
    await the.direct.create(`/api/v1/namespaces/${the.projectId}/persistentvolumeclaims`, {
      metadata: { name: 'data-shop', labels },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    // a protection that only a controller would take off
    const path = `/api/v1/namespaces/${the.projectId}/persistentvolumeclaims/data-shop`;
    await the.direct.patch(path, { metadata: { finalizers: null } }, { type: 'merge' });
  }
  async function claims(): Promise<string[]> {
    const path = `/api/v1/namespaces/${the.projectId}/persistentvolumeclaims`;
    const { items = [] } = await the.direct.get<KubeList<KubeObject>>(path);
    return items.map(({ metadata }) => metadata.name);
  }
});
