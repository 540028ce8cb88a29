import { AppError } from '@davit/domain';
import type {
  DeploymentRef,
  EngineEvent,
  JsonObject,
  LogLine,
  RolloutDriver,
  RolloutIntent,
} from '@davit/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../until.ts';
import { watchDriver } from './driver-watch.ts';
import type { DriverWatch } from './driver-watch.ts';

/** An engine with the images of `loadTestImages`, and a way for the driver to reach it that can be cut. */
export interface DriverWorld extends AsyncDisposable {
  /** a driver of one installation, always the same: what one wrote the next one finds */
  open(): Promise<RolloutDriver>;
  /** the trimmed body of a 200 at the app's first interface, as its users reach it */
  ask(
    ref: DeploymentRef,
    path?: string,
    init?: { method: string; body: string },
  ): Promise<string | undefined>;
  /** drivers lose the engine */
  cut(): void;
  mend(): Promise<void>;
}

const PATIENCE = { timeout: 150_000, interval: 100 };

let count = 0;

/** What every engine owes the rest of Davit. */
export function rolloutDriverContract(
  name: string,
  { world, skip }: { world: () => Promise<DriverWorld>; skip: boolean },
): void {
  describe.skipIf(skip)(`the rollout driver contract on ${name}`, () => {
    let engine: DriverWorld;
    let driver: RolloutDriver;
    let watch: DriverWatch;
    let ref: DeploymentRef;
    let rollout = 0;
    const signal = new AbortController().signal;

    beforeAll(async () => {
      engine = await world();
    });
    afterAll(() => engine?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      driver = await engine.open();
      watch = watchDriver(driver);
      const id = `contract${process.pid}x${(count += 1)}`;
      ref = { projectId: id, deploymentId: `app${id}` };
    });
    afterEach(async () => {
      await driver.removeProject(ref.projectId, { deleteData: true, signal });
      await watch[Symbol.asyncDispose]();
      await driver.close();
    });

    const anIntent = (tag: string, change: JsonObject = {}): RolloutIntent => ({
      ...ref,
      rolloutId: `rollout${(rollout += 1)}`,
      spec: {
        image: { registry: 'davit.test', repository: 'web', tag },
        interfaces: [{ name: 'http', port: 8080 }],
        ...change,
      },
      secrets: {},
      project: { name: 'Contract', userId: 'user1', username: 'ada@example.com' },
    });
    const crash = { image: { registry: 'davit.test', repository: 'crash', tag: '1' } };
    const missing = { image: { registry: 'davit.test', repository: 'nowhere', tag: '1' } };
    const volumes = [{ name: 'data', mountPath: '/data', size: '64Mi' }];

    async function apply(intent: RolloutIntent): Promise<RolloutIntent> {
      await driver.apply(intent, { signal });
      return intent;
    }
    async function runs(intent: RolloutIntent) {
      return watch.sees(
        ref,
        ({ phase, rolloutId }) => phase === 'Running' && rolloutId === intent.rolloutId,
      );
    }
    const serves = (text: string, path?: string) =>
      until(async () => (await engine.ask(ref, path)) === text, {
        ...PATIENCE,
        what: `${path ?? '/'} to answer ${text}`,
      });

    test('runs what is applied and says so', async () => {
      const intent = await apply(anIntent('1'));
      const observation = await runs(intent);
      expect(observation).toMatchObject({
        ...ref,
        reason: '',
        message: '',
        replicas: { desired: 1, updated: 1, ready: 1 },
      });
      expect(observation.instances).toMatchObject([
        { phase: 'Running', ready: true, restarts: 0, image: 'davit.test/web:1' },
      ]);
      await serves('one');
    });

    test('does nothing for the intent it holds', async () => {
      const intent = await apply(anIntent('1'));
      const before = await runs(intent);
      await apply(structuredClone(intent));
      await apply(structuredClone(intent));
      expect(watch.of(ref)?.instances.map((one) => one.name)).toEqual(
        before.instances.map((one) => one.name),
      );
    });

    test('replaces a spec by a newer one', async () => {
      await runs(await apply(anIntent('1')));
      await serves('one');
      await runs(await apply(anIntent('2')));
      await serves('two');
    });

    test('lets the newest of several changes at once win', async () => {
      await runs(await apply(anIntent('1')));
      await apply(anIntent('2'));
      const last = await apply(anIntent('3'));
      await runs(last);
      await serves('three');
      expect(watch.of(ref)).toMatchObject({ rolloutId: last.rolloutId, phase: 'Running' });
    });

    test('runs as many instances as asked for, more and fewer', async () => {
      const scale = (n: number) => ({ horizontalScale: { minReplicas: n, maxReplicas: n } });
      await runs(await apply(anIntent('1', scale(1))));
      await apply(anIntent('1', scale(3)));
      const three = await watch.sees(ref, (o) => o.phase === 'Running' && o.replicas.ready === 3);
      expect(three.instances.filter(({ ready }) => ready)).toHaveLength(3);
      await apply(anIntent('1', scale(1)));
      await watch.sees(ref, (o) => o.phase === 'Running' && o.instances.length === 1);
      await serves('one');
    });

    test.each([
      { what: 'an image that is not there', change: missing, reason: 'ImagePullFailed' },
      { what: 'a program that crashes', change: crash, reason: 'CrashLoopBackOff' },
    ])('keeps the old version and tells why for $what', async ({ change, reason }) => {
      await runs(await apply(anIntent('1')));
      await serves('one');
      await apply(anIntent('1', change));
      const observation = await watch.sees(ref, (one) => one.reason === reason);
      expect(observation.phase).toBe('Degraded');
      expect(observation.message).not.toBe('');
      await serves('one');
      await runs(await apply(anIntent('2')));
      await serves('two');
    });

    test('keeps the old version while the new one does not answer', async () => {
      await runs(await apply(anIntent('1')));
      await serves('one');
      const env = [{ name: 'NEVER_READY', value: '1' }];
      const { rolloutId } = await apply(anIntent('2', { env }));
      const observation = await watch.sees(
        ref,
        (one) => one.rolloutId === rolloutId && one.instances.some(({ ready }) => !ready),
      );
      expect(observation.phase).not.toBe('Running');
      expect(await engine.ask(ref)).toBe('one');
    });

    test('says that a first version fails', async () => {
      await apply(anIntent('1', crash));
      const observation = await watch.sees(ref, ({ phase }) => phase === 'Failed');
      expect(observation).toMatchObject({ reason: 'CrashLoopBackOff', replicas: { ready: 0 } });
    });

    test('stops, keeps the data, and starts again', async () => {
      const first = await apply(anIntent('1', { volumes }));
      await runs(first);
      await serves('one');
      const put = { method: 'PUT', body: 'still here' };
      await engine.ask(ref, '/file?path=/data/note', put);
      await apply({ ...first, spec: { ...first.spec, suspend: true } });
      await watch.sees(ref, ({ phase }) => phase === 'Stopped');
      await until(async () => (await engine.ask(ref)) === undefined, PATIENCE);
      await runs(await apply(anIntent('2', { volumes })));
      await serves('two');
      await serves('still here', '/file?path=/data/note');
    });

    test('gives secrets to the program as variables', async () => {
      await apply({ ...anIntent('1'), secrets: { TOKEN: 'hush-hush' } });
      await serves('hush-hush', '/env/TOKEN');
      expect(JSON.stringify(watch.of(ref))).not.toContain('hush-hush');
    });

    test('starts new instances of the same spec', async () => {
      const before = await runs(await apply(anIntent('1')));
      await driver.restart(ref, { signal });
      const old = new Set(before.instances.map((one) => one.name));
      await watch.sees(
        ref,
        ({ phase, instances }) =>
          phase === 'Running' && instances.length === 1 && !old.has(instances[0]?.name ?? ''),
      );
      await serves('one');
    });

    test('replaces an instance that was ended', async () => {
      const before = await runs(await apply(anIntent('1')));
      const instance = before.instances[0]?.name ?? '';
      await driver.removeInstance(ref, { instance, signal });
      await watch.sees(
        ref,
        ({ phase, instances }) =>
          phase === 'Running' && instances.length === 1 && instances[0]?.name !== instance,
      );
      await serves('one');
    });

    test('removes it and says so, once and again', async () => {
      await runs(await apply(anIntent('1')));
      await driver.remove(ref, { deleteData: true, signal });
      await watch.gone(ref);
      await until(async () => (await engine.ask(ref)) === undefined, PATIENCE);
      await driver.remove(ref, { deleteData: true, signal });
    });

    test('goes on after a restart in the middle of a change', async () => {
      await runs(await apply(anIntent('1')));
      const intent = await apply(anIntent('2'));
      await watch[Symbol.asyncDispose]();
      await driver.close();
      driver = await engine.open();
      watch = watchDriver(driver);
      await runs(intent);
      await serves('two');
      await watch.told('synced');
    });

    test('tells everything there is, then that this was all', async () => {
      const intent = await apply(anIntent('1'));
      await runs(intent);
      await using second = watchDriver(driver);
      await second.told('synced');
      expect(second.of(ref)).toMatchObject({ rolloutId: intent.rolloutId, phase: 'Running' });
    });

    test('says when the engine is away, and goes on when it is back', async () => {
      await runs(await apply(anIntent('1')));
      await serves('one');
      await watch.told('synced');
      const synced = watch.types.filter((type) => type === 'synced').length;
      engine.cut();
      try {
        await watch.told('disconnected');
        const intent = anIntent('2');
        await driver
          .apply(intent, { signal: AbortSignal.timeout(2_000) })
          .catch((error: unknown) => {
            expect(AppError.is(error) || (error as Error).name === 'TimeoutError').toBe(true);
          });
        expect(await engine.ask(ref)).toBe('one');
        await engine.mend();
        await watch.told('synced', synced + 1);
        await until(() => driver.apply(intent, { signal }).then(() => true), PATIENCE);
        await runs(intent);
        await serves('two');
      } finally {
        await engine.mend();
      }
    });

    test('reads logs in the order of time, and follows them', async () => {
      await runs(await apply(anIntent('1')));
      await serves('one');
      const read: LogLine[] = [];
      const stop = new AbortController();
      const following = (async () => {
        for await (const line of driver.logs(ref, { follow: true, signal: stop.signal }))
          read.push(line);
      })();
      for (const name of ['first', 'second', 'third']) await engine.ask(ref, `/env/${name}`);
      const texts = () => read.map(({ text }) => text);
      await until(() => texts().includes('GET /env/third'), PATIENCE);
      stop.abort();
      await following;
      const asked = texts().filter((text) => text.startsWith('GET /env/'));
      expect(asked).toEqual(['GET /env/first', 'GET /env/second', 'GET /env/third']);
      expect(texts()[0]).toMatch(/^listening on/);
      expect(read.map(({ time }) => time)).toEqual(read.map(({ time }) => time).sort());
      const tail: LogLine[] = [];
      for await (const line of driver.logs(ref, { follow: false, tail: 1, signal }))
        tail.push(line);
      expect(tail).toEqual([read.at(-1)]);
    });

    test('tells events, oldest first', async () => {
      await runs(await apply(anIntent('1')));
      const started = await until(async () => {
        const events: EngineEvent[] = [];
        for await (const event of driver.events(ref, { follow: false, signal })) events.push(event);
        return events.some(({ reason }) => reason === 'Started') && events;
      }, PATIENCE);
      const times = started.map(({ time }) => Date.parse(time));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(started.map(({ id }) => id)).size).toBe(started.length);
    });

    test('tells what its instances use, where it measures', async () => {
      if (driver.metrics === undefined) return;
      await runs(await apply(anIntent('1')));
      await serves('one');
      const [usage, ...others] = await until(async () => {
        const all = await driver.metrics!(ref, { signal });
        return all.length > 0 && all;
      }, PATIENCE);
      expect(others).toEqual([]);
      expect(usage?.instance).toBe(watch.of(ref)?.instances[0]?.name);
      expect(usage?.cpu).toBeGreaterThanOrEqual(0);
      expect(usage?.memory).toBeGreaterThan(100_000);
      expect(Date.parse(usage?.time ?? '')).toBeGreaterThan(Date.now() - 60_000);
    });

    test('does not know what was never applied', async () => {
      const unknown = { ...ref, deploymentId: 'nobody' };
      const gone = expect.objectContaining({ code: 'not_found' }) as Error;
      await expect(driver.restart(unknown, { signal })).rejects.toEqual(gone);
      const logs = driver.logs(unknown, { follow: false, signal })[Symbol.asyncIterator]();
      await expect(logs.next()).rejects.toEqual(gone);
      await driver.remove(unknown, { deleteData: false, signal });
    });

    test('refuses a spec that is not valid, with the field', async () => {
      // a namespace that is not there yet could not be asked
      await runs(await apply(anIntent('1')));
      const interfaces = [{ name: 'http', port: 99_999 }];
      await expect(driver.check(anIntent('1', { interfaces }), { signal })).rejects.toMatchObject({
        code: 'invalid',
        data: { interfaces: { 0: { port: {} } } },
      });
    });
  });
}
