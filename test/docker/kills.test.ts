import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  faultProxy,
  hasDocker,
  hasRegistry,
  loadGenerator,
  registry,
  until,
  webImage,
} from '@davit/testkit';
import type { FaultProxy, LoadGenerator, Registry } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProductApp } from '../product/app.ts';
import { getOnce } from '../product/get-once.ts';
import { openSocket } from '../product/open-streams.ts';
import { serveWorld } from './serve-world.ts';
import type { ServeWorld } from './serve-world.ts';

const PATIENCE = { timeout: 60_000, interval: 2 };

/** What can be killed, and how it comes back. Where requests may fail meanwhile, they do so only then. */
type Victim = 'server' | 'edge' | 'dockerd';
const VICTIMS: Victim[] = ['server', 'edge', 'dockerd'];
const isSoak = process.env['DAVIT_SOAK'] === '1';
/** what else an ordinary run leaves out */
const OFTEN = ['edge switching', 'dockerd starting', 'dockerd draining'];

describe.runIf(hasDocker() && hasRegistry() && !process.env['DOCKER_HOST'])(
  'kill -9 in the middle of a rollout on Docker',
  () => {
    const opened = new AsyncDisposableStack();
    let world: ServeWorld;
    let images: Registry;
    let path: FaultProxy;
    let app: ProductApp;
    let url: string;

    beforeAll(async () => {
      world = opened.use(await serveWorld({ liveRestore: true }));
      images = opened.use(await registry());
      path = opened.use(await faultProxy({ url: `http://${images.address}` }));
      const name = `${images.address}/web:2`;
      await using two = await webImage(name, 'two');
      await world.engine.loadImage(two);
      await world.engine.push(name, images.account);
      app = await world.app('shop');
      url = await app.serviceUrl();
    });
    afterAll(() => opened.disposeAsync());

    const newest = async (rollout: string): Promise<string> => {
      const all = await world.containers(app.ref);
      return all.find(({ Labels }) => Labels['one-click.dev/rolloutId'] === rollout)?.State ?? '';
    };
    const slow = { env: [{ name: 'START_AFTER_MS', value: '1500' }] };
    /** Whether it is seen while two instances are healthy and nobody has been told to leave; false when that is over. */
    const isCaught = async (rolloutId: string): Promise<boolean> => {
      const file = join(world.dir, 'docker', 'state.json');
      const look = async (): Promise<'caught' | 'over' | undefined> => {
        const { deployments } = JSON.parse(await readFile(file, 'utf8')) as State;
        const state = deployments[`${app.project}/${app.deployment}`];
        if (state?.rolloutId !== rolloutId) return undefined;
        if (Object.keys(state.ready).length > 1) return 'caught';
        return (await getOnce(`${url}/`)) === 'two' ? 'over' : undefined;
      };
      return (await until(look, PATIENCE)) === 'caught';
    };
    /** Begins a rollout of version two and resolves in the very moment. */
    const phases: Record<string, () => Promise<{ id: string }>> = {
      pulling: async () => {
        const address = new URL(path.url).host;
        await world.engine.api('DELETE', `/images/${address}/web:2`).catch(() => undefined);
        path.hang();
        const image = { registry: address, repository: 'web', tag: '2', ...images.account };
        const rollout = await app.roll('2', { image });
        await until(async () => (await app.status()).reason === 'Pulling', PATIENCE);
        return rollout;
      },
      starting: async () => {
        const rollout = await app.roll('2');
        await until(async () => (await newest(rollout.id)) !== '', PATIENCE);
        return rollout;
      },
      probing: async () => {
        const rollout = await app.roll('2', slow);
        await until(async () => (await newest(rollout.id)) === 'running', PATIENCE);
        return rollout;
      },
      switching: async () => {
        for (;;) {
          const rollout = await app.roll('2');
          if (await isCaught(rollout.id)) return rollout;
          // it was over between two looks
          await app.runs(await app.roll('1'));
        }
      },
      draining: async () => {
        const rollout = await app.roll('2');
        await app.serves('two');
        return rollout;
      },
    };

    async function kill(victim: Victim): Promise<void> {
      if (victim === 'server') await world.server.kill();
      if (victim === 'edge') process.kill(await world.edgePid(), 'SIGKILL');
      if (victim === 'dockerd') await world.engine.daemon?.crash();
    }
    async function bringBack(victim: Victim): Promise<void> {
      if (victim === 'server') await world.server.start();
      if (victim === 'dockerd') await world.engine.daemon?.start();
    }
    /** What is down: apps serve all the same, but for the edge, which is what requests go through. */
    async function serveMeanwhile(victim: Victim, load: LoadGenerator): Promise<void> {
      if (victim === 'edge') return;
      const { ok } = await load.counts();
      await until(async () => (await load.counts()).ok > ok + 50, PATIENCE);
    }

    const cases = VICTIMS.flatMap((victim) =>
      Object.keys(phases)
        .filter((phase) => isSoak || victim === 'server' || OFTEN.includes(`${victim} ${phase}`))
        .map((phase) => ({ victim, phase })),
    );
    test.each(cases)('of $victim while it is $phase: converges', async ({ victim, phase }) => {
      await app.runs(await app.roll('1'));
      await app.serves('one');
      const socket = phase === 'draining' ? await openSocket(url) : undefined;
      await using load = await loadGenerator(`${url}/`, {
        rate: 100,
        connections: 8,
        keepAlive: true,
      });
      const rollout = await phases[phase]!();
      await kill(victim);
      await serveMeanwhile(victim, load);
      await path.restore();
      await bringBack(victim);
      await app.runs(rollout);
      await app.serves('two');
      const { failed, bodies, errors } = await load.stop();
      // without the edge nothing answers, until the server has started it again
      if (victim === 'edge') console.log(`no edge while ${phase}: ${failed} failed at 100/s`);
      else expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
      const answers = Object.keys(bodies).map((body) => body.trim());
      expect(answers.filter((body) => body !== 'one')).toEqual(['two']);
      if (socket !== undefined && victim !== 'edge') {
        expect(socket.open).toBe(true);
        socket.close();
      }
      const alone = async () => (await world.containers(app.ref)).length === 1;
      await until(alone, { timeout: 60_000, what: 'the old instance to go' });
    });
  },
);

describe.runIf(hasDocker() && !process.env['DOCKER_HOST'])('a dockerd without live-restore', () => {
  test('leaves apps serving when it is killed, and starts them again with itself', async () => {
    await using world = await serveWorld();
    const app = await world.app('shop');
    await app.runs(await app.roll('1'));
    await app.serves('one');
    const [before] = await world.containers(app.ref);
    await world.engine.daemon?.crash();
    expect(await getOnce(await app.serviceUrl())).toBe('one');
    await world.engine.daemon?.start();
    await app.serves('one');
    await app.becomes('Running');
    expect((await world.containers(app.ref)).map(({ Id }) => Id)).toEqual([before?.Id]);
  });
});

interface State {
  deployments: Record<string, { rolloutId: string; ready: Record<string, string> }>;
}
