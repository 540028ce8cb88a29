import type { DriverEvent, EngineEvent, RolloutObservation } from '@davit/domain';
import { has, until } from '@davit/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDriver } from './driver-world.ts';

describe.runIf(has('api'))('what the Kubernetes driver sees on a real API server', () => {
  // before the driver is closed
  let ends: AbortController;
  beforeEach(() => {
    ends = new AbortController();
  });
  const the = useDriver();
  afterEach(() => ends.abort());
  const { signal } = new AbortController();
  const edit = (spec: object) => the.direct.patch(the.path, { spec }, { type: 'merge' });

  /** Watches until the test is over; answers what came so far. */
  function watching(): DriverEvent[] {
    const seen: DriverEvent[] = [];
    void (async () => {
      for await (const event of the.driver.watch({ signal: ends.signal })) seen.push(event);
    })();
    return seen;
  }
  const newest = (seen: DriverEvent[]): RolloutObservation | undefined =>
    seen
      .flatMap((event) => (event.type === 'observed' ? [event.observation] : []))
      .findLast((observation) => observation.projectId === the.projectId);
  const synced = (seen: DriverEvent[]) => until(() => seen.some(({ type }) => type === 'synced'));

  test('applying the same again writes nothing, and asks nothing while it watches', async () => {
    const intent = the.anIntent({ secrets: { A: '1' } });
    await the.driver.apply(intent, { signal });
    const { resourceVersion } = (await the.live()).metadata;
    // still without a cache
    the.forget();
    await the.driver.apply(intent, { signal });
    expect(the.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    await synced(watching());
    the.forget();
    await the.driver.apply(intent, { signal });
    expect(the.requests).toEqual([]);
    expect((await the.live()).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('drift is told and kept, and put back when asked for', async () => {
    await the.driver.apply(the.anIntent({ secrets: { A: '1' } }), { signal });
    const seen = watching();
    await synced(seen);
    expect(newest(seen)?.drift).toBeUndefined();
    await edit({ replicas: 3 });
    await until(() => newest(seen)?.replicas.desired === 3);
    expect(newest(seen)?.drift).toBeUndefined();
    await edit({ env: [{ name: 'DEBUG', value: '1' }] });
    const drift = await until(() => newest(seen)?.drift);
    expect(drift).toEqual({
      ...the.anIntent().spec,
      replicas: 3,
      env: [{ name: 'DEBUG', value: '1' }],
    });
    await the.driver.apply(the.anIntent({ secrets: { A: '1' } }), { signal });
    expect((await the.live()).spec.env).toHaveLength(1);
    await the.driver.apply(the.anIntent({ secrets: { A: '1' } }), { signal, revert: true });
    expect((await the.live()).spec.env).toBeUndefined();
    await until(() => newest(seen)?.drift === undefined);
  });

  test('a Rollout that is gone is told and written again', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    const seen = watching();
    await synced(seen);
    await the.direct.delete(the.path);
    await until(() => seen.some((event) => event.type === 'removed'));
    await the.driver.apply(the.anIntent(), { signal });
    await until(() => seen.at(-1)?.type === 'observed');
    expect((await the.live()).spec).toEqual(the.anIntent().spec);
  });

  test('pods are the instances of an observation, and can be removed one by one', async () => {
    await the.driver.apply(the.anIntent(), { signal });
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
    const remove = (instance: string) => the.driver.removeInstance(the.ref, { instance, signal });
    await expect(remove('other-1')).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove('nobody')).rejects.toMatchObject({ code: 'not_found' });
    await remove('shop-1');
    await until(() => newest(seen)?.instances.length === 0);
  });

  test.each([
    ['Rollouts', /rollouts\?/],
    ['pods', /pods\?/],
  ])('tells when the %s cannot be watched, and when they can again', async (_what, path) => {
    await the.driver.apply(the.anIntent(), { signal });
    const seen = watching();
    await synced(seen);
    const body = { kind: 'Status', status: 'Failure', code: 503, message: 'away' };
    the.proxy.answer({ path, status: 503, body });
    const lost = await until(() => {
      // one that is only being opened does not hear it
      the.proxy.expireWatches();
      return seen.find(({ type }) => type === 'disconnected');
    });
    const since = () => seen.slice(seen.indexOf(lost) + 1).map(({ type }) => type);
    // the other watch goes on, which does not mean that all is well
    await the.driver.apply(the.anIntent({ rolloutId: 'rollout2' }), { signal });
    expect(since()).not.toContain('synced');
    the.proxy.clear();
    await until(() => since().includes('synced'));
  });

  test('events of the deployment and its children, oldest first, then new ones', async () => {
    await the.driver.apply(the.anIntent(), { signal });
    await event('2', 'Pod', 'shop-7d9f8c6b5x-bcdfg');
    await event('1', 'Rollout', 'shop');
    await event('3', 'Pod', 'shop-two-7d9f8c6b5x-bcdfg');
    await event('4', 'Deployment', 'other');
    const all: EngineEvent[] = [];
    for await (const one of the.driver.events(the.ref, { follow: false, signal })) all.push(one);
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
      for await (const one of the.driver.events(the.ref, { follow: true, signal: ends.signal })) {
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
    await the.direct.create(`/api/v1/namespaces/${the.projectId}/events`, {
      metadata: { generateName: 'e', namespace: the.projectId },
      involvedObject: { kind, name, namespace: the.projectId },
      type: 'Warning',
      reason: 'Test',
      message: second,
      count: 1,
      lastTimestamp: `2026-01-01T00:00:0${second}Z`,
    });
  }

  async function pod(name: string, deployment: string): Promise<void> {
    const account = `/api/v1/namespaces/${the.projectId}/serviceaccounts`;
    await the.direct.create(account, { metadata: { name: 'default' } }).catch(() => undefined);
    await the.direct.create(`/api/v1/namespaces/${the.projectId}/pods`, {
      metadata: { name, labels: { 'one-click.dev/deploymentId': deployment } },
      spec: { containers: [{ name: deployment, image: 'davit.test/web:1' }] },
    });
  }
});
