import { randomBytes } from 'node:crypto';
import type { EngineEvent, RolloutDriver, RolloutIntent } from '@davit/domain';
import { faultProxy, hasDocker, hasRegistry, registry, webImage } from '@davit/testkit';
import type { FaultProxy, Registry } from '@davit/testkit';
import { watchDriver } from '@davit/testkit/contract';
import type { DriverWatch } from '@davit/testkit/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerWorld } from './world.ts';
import type { DockerWorld } from './world.ts';

type Image = Record<'registry' | 'repository' | 'tag', string>;

const ref = { projectId: 'pulls', deploymentId: 'shop' };
const signal = new AbortController().signal;

describe.runIf(hasDocker() && hasRegistry())('an image in a private registry', () => {
  const opened = new AsyncDisposableStack();
  let world: DockerWorld;
  let images: Registry;
  /** the registry again, over a path that can be made slow or cut */
  let path: FaultProxy;
  let driver: RolloutDriver;
  let watch: DriverWatch;
  let rollout = 0;

  beforeAll(async () => {
    world = opened.use(await dockerWorld());
    images = opened.use(await registry());
    path = opened.use(await faultProxy({ url: `http://${images.address}` }));
    // not compressible: as large on the way as it is on disk
    await publish('2', { text: 'two' });
    await publish('big', { text: 'big', bytes: 24 * 1024 * 1024 });
    driver = await world.open();
    opened.defer(() => driver.close());
    watch = opened.use(watchDriver(driver));
    opened.defer(() => driver.remove(ref, { deleteData: true, signal }));
    const { rolloutId } = await apply({ registry: 'davit.test', repository: 'web', tag: '1' });
    await runs(rolloutId);
  });
  afterAll(() => opened.disposeAsync());

  async function publish(tag: string, of: { text: string; bytes?: number }): Promise<void> {
    const name = `${images.address}/web:${tag}`;
    const files = of.bytes ? { ballast: randomBytes(of.bytes) } : {};
    await using made = await webImage(name, of.text, { files });
    await world.engine.loadImage(made);
    await world.engine.push(name, images.account);
    await world.engine.api('DELETE', `/images/${name}`);
  }
  async function apply(image: Image, password?: string): Promise<RolloutIntent> {
    const account = { ...images.account, ...(password !== undefined && { password }) };
    const intent: RolloutIntent = {
      ...ref,
      rolloutId: `rollout${(rollout += 1)}`,
      spec: { image, interfaces: [{ name: 'http', port: 8080 }] },
      secrets: {},
      pull: { registry: image.registry, ...account },
      project: { name: 'Pulls', userId: 'user1', username: 'ada' },
    };
    await driver.apply(intent, { signal });
    return intent;
  }
  const fromRegistry = (tag: string, address = images.address): Image => ({
    registry: address,
    repository: 'web',
    tag,
  });
  const runs = (rolloutId: string) =>
    watch.sees(ref, (one) => one.phase === 'Running' && one.rolloutId === rolloutId);
  async function events(): Promise<EngineEvent[]> {
    return Array.fromAsync(driver.events(ref, { follow: false, signal }));
  }

  test('is not pulled with a wrong password, which is told, and the old version serves', async () => {
    await apply(fromRegistry('2'), 'not-the-password');
    const { phase, message } = await watch.sees(ref, ({ reason }) => reason === 'ImagePullFailed');
    expect(phase).toBe('Degraded');
    expect(message).toContain(`Cannot pull image ${images.address}/web:2`);
    expect(message).toMatch(/unauthorized|authentication required|no basic auth/);
    expect(JSON.stringify(await events()) + message).not.toContain('not-the-password');
    expect(await world.ask(ref)).toBe('one');
  });

  test('is pulled with the right one', async () => {
    const { rolloutId } = await apply(fromRegistry('2'));
    await runs(rolloutId);
    expect(await world.ask(ref)).toBe('two');
    const reasons = (await events()).map(({ reason }) => reason);
    expect(reasons).toContain('Pulled');
  });

  test('is told piece by piece how far it is, while the old version serves', async () => {
    const percents = new Set<string>();
    const look = setInterval(() => {
      const { reason, message = '' } = watch.of(ref) ?? {};
      const [percent] = /\d+ %/.exec(message) ?? [];
      if (reason === 'Pulling' && percent !== undefined) percents.add(percent);
    }, 5);
    try {
      path.delay(10);
      const { rolloutId } = await apply(fromRegistry('big', new URL(path.url).host));
      await watch.sees(ref, ({ reason, message }) => reason === 'Pulling' && /%/.test(message));
      expect(await world.ask(ref)).toBe('two');
      await runs(rolloutId);
      expect(await world.ask(ref)).toBe('big');
      expect(percents.size).toBeGreaterThan(1);
    } finally {
      clearInterval(look);
    }
  });

  test('waits for a registry that is away, and comes when it is back', async () => {
    path.refuse();
    const { rolloutId } = await apply(fromRegistry('2', new URL(path.url).host));
    await watch.sees(ref, (one) => one.rolloutId === rolloutId && one.reason === 'ImagePullFailed');
    expect(await world.ask(ref)).toBe('big');
    await path.restore();
    await runs(rolloutId);
    expect(await world.ask(ref)).toBe('two');
  });
});
