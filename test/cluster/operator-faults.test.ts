import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerProxy, childProcess, controlPlane, faultProxy, has, until } from '@davit/testkit';
import type { Logger } from '@davit/domain';
import type { AnswerProxy, Child, ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Fleet } from './operator-fleet.ts';
import type { FleetHome } from './operator-fleet.ts';
import { installCrd } from './install-crd.ts';
import { NamespaceView } from './namespace-view.ts';
import { operatorWorld } from './operator-world.ts';
import type { OperatorWorld } from './operator-world.ts';
import { compact, crashApiServer } from './running-program.ts';

const OPERATOR = join(import.meta.dirname, '../../apps/operator/dist/main.js');
const soak = process.env['DAVIT_SOAK'] === '1';
const MANY = soak ? 500 : 40;
const FEW = soak ? 50 : 10;
const STORM_MS = soak ? 30_000 : 4_000;
const timeout = soak ? 900_000 : 240_000;
/** Most of a bad day is waiting: they come together, on control planes of their own where one is to crash. */
const together = { timeout, concurrent: true };
const inTurn = { concurrent: false };
const patient = { timeout: 60_000, interval: 100 };

const refusal = (code: number, reason: string): object => ({
  ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
  ...{ message: `the test says ${reason}`, reason, code },
});

/** Nothing more is written, not even after everything was looked at anew. */
async function atRest(world: OperatorWorld): Promise<void> {
  expect(await world.writesAfterRestart()).toEqual([]);
}

describe.runIf(has('api'))('the operator on a connection that does not last', { timeout }, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test(`all connections are reset every second while ${MANY} Rollouts are made and changed`, async () => {
    await using proxy = await faultProxy(plane);
    await using world = await operatorWorld(plane, { kubeconfig: proxy.kubeconfig! });
    const fleet = new Fleet(world, MANY);
    const resets = setInterval(() => proxy.reset(), 1_000);
    try {
      await fleet.change();
      await fleet.converged();
      await fleet.change();
    } finally {
      clearInterval(resets);
    }
    await fleet.converged();
    await atRest(world);
  });
});

describe.runIf(has('api'))('the operator when things go wrong in and around it', together, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
    await installCrd(plane);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test('the API server asks to be spared, again and again', async () => {
    await using proxy = await answerProxy(plane);
    await using world = await operatorWorld(plane, { kubeconfig: proxy.kubeconfig! });
    const fleet = new Fleet(world, FEW);
    const body = refusal(429, 'TooManyRequests');
    const headers = { 'retry-after': '1' };
    /** For some seconds every request in a namespace is refused; answers how many there were. */
    const storm = async (): Promise<number> => {
      proxy.clear();
      proxy.answer({ path: /\/namespaces\//, status: 429, body, headers });
      await fleet.change();
      await sleep(STORM_MS);
      const { length } = proxy.requests;
      proxy.clear();
      return length;
    };
    for (let storms = 0; storms < 2; storms += 1) {
      const asked = await storm();
      expect(asked).toBeGreaterThan(0);
      // each of the few that work at the same time asks once a second
      expect(asked).toBeLessThan((STORM_MS / 1_000 + 5) * 20);
      await fleet.converged();
    }
    await atRest(world);
  });

  test('every third write meets a conflict', async () => {
    await using proxy = await answerProxy(plane);
    await using world = await operatorWorld(plane, { kubeconfig: proxy.kubeconfig! });
    const body = refusal(409, 'Conflict');
    for (const method of ['POST', 'PATCH', 'DELETE'])
      proxy.answer({ path: /\/namespaces\//, method, status: 409, body, every: 3 });
    const fleet = new Fleet(world, FEW);
    await fleet.change();
    await fleet.converged();
    await fleet.change();
    await fleet.converged();
    await atRest(world);
  });

  test('a leader whose clock is wrong is believed for as long as it renews, and no longer', async () => {
    const name = 'davit-operator';
    const renew = (skewMs: number): Promise<string> =>
      plane.apply({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'default' },
        spec: {
          holderIdentity: 'somebody-else',
          leaseDurationSeconds: 4,
          renewTime: new Date(Date.now() + skewMs).toISOString().replace('Z', '000Z'),
        },
      });
    const hour = 3_600_000;
    await renew(-hour);
    await using world = await operatorWorld(plane, { leaderElect: true });
    const fleet = new Fleet(world, 1);
    await fleet.change();
    for (let i = 1; i <= 6; i += 1) {
      await renew(-hour + i);
      await sleep(1_000);
    }
    expect(world.allWrites).toEqual([]);
    await renew(hour);
    await fleet.converged();
    await atRest(world);
    await vi.waitFor(() => plane.kubectl('delete', 'lease', name, '-n', 'default'), patient);
  });
});

describe.runIf(has('api'))('the operator when its API server ends', together, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test('the API server crashes in the middle of a change', inTurn, async () => {
    await using world = await operatorWorld(plane);
    const fleet = new Fleet(world, FEW);
    await fleet.change();
    await fleet.converged();
    await fleet.change();
    const start = await crashApiServer(plane);
    // it ends with the control plane
    await start();
    await fleet.converged();
    // a watch that met nobody a few times waits a little longer before it asks again
    await world.settled(10_000);
    await atRest(world);
  });

  test(
    'the API server has forgotten what happened while the operator was cut off',
    inTurn,
    async () => {
      await using proxy = await answerProxy(plane);
      const said: string[] = [];
      const logger: Logger = {
        log: (_level, message, fields) => void said.push(JSON.stringify({ message, ...fields })),
        with: () => logger,
      };
      await using world = await operatorWorld(plane, { kubeconfig: proxy.kubeconfig!, logger });
      const fleet = new Fleet(world, FEW);
      await fleet.change();
      await fleet.converged();
      await world.settled();
      const { metadata } = await world.get<Seen>('rollout', 'app-0');
      proxy.refuse();
      proxy.reset();
      await fleet.change();
      await world.kubectl('delete', 'service', 'http-app-0-svc');
      await compact(plane);
      // its memory of versions goes with it
      const start = await crashApiServer(plane);
      await start();
      expect(await watchFrom(plane, metadata.resourceVersion)).toContain('"code":410');
      proxy.clear();
      await proxy.restore();
      await fleet.converged();
      // lists, not only watches that go on
      expect(relisted(proxy)).toBe(true);
      // to be forgotten is ordinary, and no failure that is tried again a few times
      expect(said.filter((line) => /too old/.test(line))).toEqual([]);
      await world.settled(10_000);
      await atRest(world);
    },
  );
});

describe.runIf(has('api'))('an operator that sleeps', together, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
    await installCrd(plane);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test('a leader that slept past its lease writes nothing more when it wakes', inTurn, async () => {
    await using there = await home(plane, 'asleep');
    await using path = await answerProxy(plane);
    await using otherPath = await answerProxy(plane);
    await using sleeper = await copy(path, /"msg":"leading"/);
    const fleet = new Fleet(there, FEW);
    // in the middle of its work, and about to try a write again
    path.answer({
      ...{ path: /\/deployments/, method: 'POST', status: 429, headers: { 'retry-after': '2' } },
      body: refusal(429, 'TooManyRequests'),
    });
    await fleet.change();
    await until(() => writes(path).some((write) => /deployments/.test(write)), patient);
    sleeper.kill('SIGSTOP');
    await using other = await copy(otherPath, /"msg":"leading"/);
    await fleet.converged();
    path.clear();
    sleeper.kill('SIGCONT');
    await until(() => /"msg":"leadership lost"/.test(sleeper.output()), patient);
    await quiet(path);
    expect(writes(path)).toEqual([]);
    await fleet.change();
    other.kill('SIGTERM');
    expect(await other.ended).toBe(0);
    await fleet.converged();
    await quiet(path);
    expect(writes(path).length).toBeGreaterThan(0);
  });

  test('a leader that slept for less forgets nothing of what happened', inTurn, async () => {
    await using there = await home(plane, 'dozing');
    await using path = await answerProxy(plane);
    await using sleeper = await copy(path, /"msg":"leading"/);
    const fleet = new Fleet(there, FEW);
    await fleet.change();
    await fleet.converged();
    sleeper.kill('SIGSTOP');
    await fleet.change();
    // longer than it may go without renewing, shorter than others wait
    await sleep(11_000);
    sleeper.kill('SIGCONT');
    await fleet.converged();
    await quiet(path);
    path.clear();
    await quiet(path);
    expect(writes(path)).toEqual([]);
  });
});

const operator = (proxy: AnswerProxy, ready: RegExp, ...more: string[]): Promise<Child> =>
  childProcess(process.execPath, [OPERATOR, '--kubeconfig', proxy.kubeconfig!, ...more], {
    ready,
    timeout: 60_000,
  });
const copy = (proxy: AnswerProxy, ready: RegExp): Promise<Child> =>
  operator(proxy, ready, '--leader-elect');

let homes = 0;
async function home(plane: ControlPlane, name: string): Promise<FleetHome & AsyncDisposable> {
  // the one of a try before may not be gone
  const namespace = `${name}-${(homes += 1)}`;
  await plane.kubectl('create', 'namespace', namespace);
  const view = new NamespaceView(plane, namespace);
  return {
    namespace,
    apply: (...objects) => plane.apply(...objects),
    list: (...kinds) => view.list(...kinds),
    async [Symbol.asyncDispose]() {
      await view.close();
      await plane.kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}

/** What was written, without leases. */
function writes({ requests }: AnswerProxy): string[] {
  return requests.filter((request) => !request.startsWith('GET') && !/\/leases/.test(request));
}

/** Waits until nothing was written for a while. */
async function quiet(proxy: AnswerProxy): Promise<void> {
  let [count, since] = [-1, 0];
  await until(() => {
    const now = writes(proxy).length;
    if (now !== count) [count, since] = [now, Date.now()];
    return Date.now() - since > 1_500;
  }, patient);
}

function relisted({ requests }: AnswerProxy): boolean {
  return requests.some((request) => /^GET .*\/rollouts\?.*limit=/.test(request));
}

interface Seen {
  metadata: { resourceVersion: string };
}

/** What a watch of all Rollouts from this version on is told. */
function watchFrom(plane: ControlPlane, version: string): Promise<string> {
  const query = `watch=1&timeoutSeconds=1&resourceVersion=${version}`;
  return plane.kubectl('get', '--raw', `/apis/one-click.dev/v1alpha1/rollouts?${query}`);
}
