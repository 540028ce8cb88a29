import type { EngineEvent, JsonObject, RolloutDriver, RolloutIntent } from '@davit/domain';
import { hasDocker, loadGenerator } from '@davit/testkit';
import type { LoadCounts } from '@davit/testkit';
import { watchDriver } from '@davit/testkit/contract';
import type { DriverWatch } from '@davit/testkit/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerWorld } from './world.ts';
import type { DockerWorld } from './world.ts';

const ref = { projectId: 'zero', deploymentId: 'shop' };
const RATE = 250;
/** reached by whatever host */
const web = (port: number): JsonObject => ({
  name: 'http',
  port,
  ingress: { rules: [{ host: '', path: '/' }] },
});

describe.runIf(hasDocker())('an app on Docker under load', () => {
  let world: DockerWorld;
  let driver: RolloutDriver;
  let watch: DriverWatch;
  let rollout = 0;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    world = await dockerWorld();
    driver = await world.open({ times: { deadlineMs: 10_000, stopSeconds: 2 } });
    watch = watchDriver(driver);
  });
  afterAll(async () => {
    await driver?.remove(ref, { deleteData: true, signal });
    await watch?.[Symbol.asyncDispose]();
    await driver?.close();
    await world?.[Symbol.asyncDispose]();
  });

  async function apply(tag: string, change: JsonObject = {}): Promise<RolloutIntent> {
    const intent = {
      ...ref,
      rolloutId: `rollout${(rollout += 1)}`,
      spec: {
        image: { registry: 'davit.test', repository: 'web', tag },
        interfaces: [web(8080)],
        ...change,
      },
      secrets: {},
      project: { name: 'Zero', userId: 'user1', username: 'ada' },
    };
    await driver.apply(intent, { signal });
    return intent;
  }
  const runs = ({ rolloutId }: RolloutIntent) =>
    watch.sees(ref, (one) => one.phase === 'Running' && one.rolloutId === rolloutId);

  async function underLoad(keepAlive: boolean, work: () => Promise<void>): Promise<LoadCounts> {
    const url = `http://127.0.0.1:${world.edgePort}/`;
    await using load = await loadGenerator(url, { rate: RATE, connections: 32, keepAlive });
    await work();
    return await load.stop();
  }

  test.each([true, false])(
    'loses no request while its image changes ten times (kept connections: %s)',
    async (keepAlive) => {
      await runs(await apply('1'));
      const counts = await underLoad(keepAlive, async () => {
        for (let change = 0; change < 10; change++) await runs(await apply(`${(change % 3) + 1}`));
      });
      expect(counts).toMatchObject({ failed: 0, errors: {} });
      expect(
        Object.keys(counts.bodies)
          .map((body) => body.trim())
          .sort(),
      ).toEqual(['one', 'three', 'two']);
      console.log(
        `kept connections ${keepAlive}: ${counts.ok} answers, slowest ${counts.slowest} ms`,
      );
    },
  );

  test('loses no request with two instances either', async () => {
    const horizontalScale = { minReplicas: 2, maxReplicas: 2 };
    await runs(await apply('1', { horizontalScale }));
    const counts = await underLoad(true, async () => {
      for (const tag of ['2', '3', '1']) await runs(await apply(tag, { horizontalScale }));
    });
    expect(counts).toMatchObject({ failed: 0, errors: {} });
  });

  const faults: { what: string; change: JsonObject; reason: string; words: RegExp }[] = [
    {
      what: 'a program that crashes',
      change: { image: { registry: 'davit.test', repository: 'crash', tag: '1' } },
      reason: 'CrashLoopBackOff',
      words: /exit code 1 .*crashing/s,
    },
    {
      what: 'an image that is not there',
      change: { image: { registry: 'davit.test', repository: 'nowhere', tag: '1' } },
      reason: 'ImagePullFailed',
      words: /davit\.test\/nowhere:1/,
    },
    {
      what: 'a wrong port',
      change: { interfaces: [web(9)] },
      reason: 'ProgressDeadlineExceeded',
      words: /:9: ECONNREFUSED/,
    },
    {
      what: 'a program that never answers',
      change: { env: [{ name: 'NEVER_READY', value: '1' }] },
      reason: 'ProgressDeadlineExceeded',
      words: /:8080: ECONNREFUSED/,
    },
    {
      what: 'a command that is not there',
      change: { command: ['/bin/nothing'] },
      reason: 'RunContainerError',
      words: /nothing/,
    },
  ];

  test.each(faults)('serves the old version without a failure beside $what', async (fault) => {
    await runs(await apply('1'));
    const counts = await underLoad(true, async () => {
      const { rolloutId } = await apply('2', fault.change);
      const seen = await watch.sees(
        ref,
        (one) => one.rolloutId === rolloutId && one.reason === fault.reason,
      );
      expect(seen).toMatchObject({ phase: 'Degraded' });
      expect(seen.message).toMatch(fault.words);
    });
    expect(counts).toMatchObject({ failed: 0, errors: {} });
    expect(Object.keys(counts.bodies).map((body) => body.trim())).toEqual(['one']);
  });

  test('kills a program that ignores SIGTERM, once nothing goes there any more', async () => {
    await runs(await apply('1', { env: [{ name: 'IGNORE_SIGTERM', value: '1' }] }));
    const counts = await underLoad(true, async () => {
      await runs(await apply('2'));
      await watch.sees(ref, ({ instances }) => instances.length === 1);
    });
    expect(counts).toMatchObject({ failed: 0, errors: {} });
    const ends: EngineEvent[] = await Array.fromAsync(
      driver.events(ref, { follow: false, signal }),
    );
    expect(ends.map(({ message }) => message).join()).toContain('ended with exit code 137');
  });

  test('makes requests wait while an instance with a volume is replaced', async () => {
    const volumes = [{ name: 'data', mountPath: '/data', size: '64Mi' }];
    await runs(await apply('1', { volumes }));
    const counts = await underLoad(true, async () => {
      for (const tag of ['2', '3']) await runs(await apply(tag, { volumes }));
    });
    expect(counts).toMatchObject({ failed: 0, errors: {} });
    expect(
      Object.keys(counts.bodies)
        .map((body) => body.trim())
        .sort(),
    ).toEqual(['one', 'three', 'two']);
  });

  test('goes back to the old instance where the new one fails over a volume', async () => {
    const volumes = [{ name: 'data', mountPath: '/data', size: '64Mi' }];
    await runs(await apply('1', { volumes }));
    const counts = await underLoad(true, async () => {
      const crash = { image: { registry: 'davit.test', repository: 'crash', tag: '1' } };
      const { rolloutId } = await apply('1', { volumes, ...crash });
      const seen = await watch.sees(
        ref,
        (one) =>
          one.rolloutId === rolloutId && one.phase === 'Degraded' && one.replicas.ready === 1,
      );
      expect(seen).toMatchObject({ reason: 'CrashLoopBackOff' });
    });
    expect(counts).toMatchObject({ failed: 0, errors: {} });
    expect(Object.keys(counts.bodies).map((body) => body.trim())).toEqual(['one']);
  });
});
