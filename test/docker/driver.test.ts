import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentRef, JsonObject, RolloutDriver, RolloutIntent } from '@davit/domain';
import { hasDocker, until } from '@davit/testkit';
import { watchDriver } from '@davit/testkit/contract';
import type { DriverWatch } from '@davit/testkit/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dockerWorld } from './world.ts';
import type { DockerWorld } from './world.ts';

interface Inspected {
  Id: string;
  RestartCount: number;
  State: { StartedAt: string; Status: string };
  Config: { User: string; Env: string[]; Labels: Record<string, string> };
  HostConfig: Record<string, unknown>;
  NetworkSettings: { Networks: Record<string, { IPAddress: string; Aliases: string[] }> };
}
const PATIENCE = { timeout: 60_000, interval: 50 };

describe.runIf(hasDocker())('the Docker driver', () => {
  let world: DockerWorld;
  let driver: RolloutDriver;
  let watch: DriverWatch;
  let ref: DeploymentRef;
  let count = 0;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    world = await dockerWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    ref = { projectId: `project${(count += 1)}`, deploymentId: `shop${count}` };
    await start();
  });
  afterEach(async () => {
    await driver.removeProject(ref.projectId, { deleteData: true, signal });
    await until(async () => (await containers()).length === 0, PATIENCE);
    await stop();
  });

  async function start(options: Parameters<DockerWorld['open']>[0] = {}): Promise<void> {
    driver = await world.open({ times: { deadlineMs: 20_000, edgeMs: 200 }, ...options });
    watch = watchDriver(driver);
  }
  async function stop(): Promise<void> {
    await watch[Symbol.asyncDispose]();
    await driver.close();
  }
  function anIntent(tag: string, change: JsonObject = {}, of = ref): RolloutIntent {
    return {
      ...of,
      rolloutId: `rollout${tag}`,
      spec: {
        image: { registry: 'davit.test', repository: 'web', tag },
        interfaces: [{ name: 'http', port: 8080 }],
        ...change,
      },
      secrets: {},
      project: { name: 'Project', userId: 'user1', username: 'ada' },
    };
  }
  const apply = (intent: RolloutIntent) => driver.apply(intent, { signal });
  const runs = (of = ref) => watch.sees(of, ({ phase }) => phase === 'Running');
  async function containers(): Promise<Inspected[]> {
    const listed = await world.engine.api<{ Id: string }[]>('GET', '/containers/json?all=1');
    const all = await Promise.all(
      listed.map(({ Id }) =>
        world.engine.api<Inspected>('GET', `/containers/${Id}/json`).catch(() => undefined),
      ),
    );
    return all.filter(
      (one) => one?.Config.Labels['one-click.dev/projectId'] === ref.projectId,
    ) as Inspected[];
  }
  async function theContainer(): Promise<Inspected> {
    const all = await containers();
    expect(all).toHaveLength(1);
    return all[0]!;
  }
  const serves = (text: string) =>
    until(async () => (await world.ask(ref)) === text, { ...PATIENCE, what: text });

  test('adopts what runs after a restart, and writes nothing at rest', async () => {
    await apply(anIntent('1'));
    await runs();
    const before = await theContainer();
    const file = join(world.directory, 'state.json');
    const [state, routes] = [await readFile(file, 'utf8'), await generation()];
    await stop();
    const actions = await eventsWhile(async () => {
      await start({ times: { resyncMs: 200, edgeMs: 100 } });
      await runs();
      await watch.told('synced');
      await apply(anIntent('1'));
      await sleep(1_500);
    });
    expect(actions).toEqual([]);
    expect(await theContainer()).toEqual(before);
    expect(await readFile(file, 'utf8')).toBe(state);
    expect(await generation()).toBe(routes);
  });

  async function generation(): Promise<number> {
    const routes = await readFile(join(world.directory, 'routes.json'), 'utf8');
    return (JSON.parse(routes) as { table: { generation: number } }).table.generation;
  }
  /** What changed on Docker meanwhile, in its own words. */
  async function eventsWhile(work: () => Promise<void>): Promise<string[]> {
    const since = Date.now() / 1000;
    await work();
    const until_ = Date.now() / 1000;
    const text = await world.engine.api<string | { Type: string; Action: string }>(
      'GET',
      `/events?since=${since}&until=${until_}`,
    );
    const lines =
      typeof text === 'string' ? text.split('\n').filter(Boolean) : [JSON.stringify(text)];
    return lines.map((line) => (JSON.parse(line) as { Action: string }).Action);
  }

  test.each([
    { what: 'removed', change: (id: string) => ['DELETE', `/containers/${id}?force=1`] as const },
    { what: 'stopped', change: (id: string) => ['POST', `/containers/${id}/stop?t=1`] as const },
    { what: 'killed', change: (id: string) => ['POST', `/containers/${id}/kill`] as const },
    { what: 'paused', change: (id: string) => ['POST', `/containers/${id}/pause`] as const },
  ])('repairs a container that somebody $what', async ({ change }) => {
    await apply(anIntent('1'));
    await runs();
    await serves('one');
    const [method, path] = change((await theContainer()).Id);
    await world.engine.api(method, path);
    await until(async () => {
      const [one, ...others] = await containers();
      return one?.State.Status === 'running' && others.length === 0;
    }, PATIENCE);
    await serves('one');
    await runs();
  });

  test('replaces a container that lost its network', async () => {
    await apply(anIntent('1'));
    await runs();
    const before = await theContainer();
    const [network = ''] = Object.keys(before.NetworkSettings.Networks);
    await world.engine.api('POST', `/networks/${network}/disconnect`, {
      Container: before.Id,
      Force: true,
    });
    await until(async () => {
      const [one, ...others] = await containers();
      return one !== undefined && one.Id !== before.Id && others.length === 0;
    }, PATIENCE);
    await serves('one');
  });

  test('gives every instance an address that it keeps', async () => {
    await apply(anIntent('1'));
    await runs();
    const before = await theContainer();
    const { IPAddress, Aliases } = Object.values(before.NetworkSettings.Networks)[0]!;
    expect(IPAddress).toMatch(/^10\.88\.\d+\.\d+$/);
    expect(before.Config.Labels['davit.dev/address']).toBe(IPAddress);
    expect(Aliases).toContain(`http-${ref.deploymentId}-svc`);
    await world.engine.api('POST', `/containers/${before.Id}/restart?t=1`);
    await serves('one');
    const after = await theContainer();
    expect(Object.values(after.NetworkSettings.Networks)[0]!.IPAddress).toBe(IPAddress);
  });

  test('tells what an instance uses, network too', async () => {
    await apply(anIntent('1'));
    await runs();
    await serves('one');
    const [usage] = (await driver.metrics?.(ref, { signal })) ?? [];
    expect(usage?.network?.received).toBeGreaterThan(0);
    await until(async () => {
      const [later] = (await driver.metrics?.(ref, { signal })) ?? [];
      return later !== undefined && later.time > (usage?.time ?? '');
    }, PATIENCE);
    const attempt = driver.metrics?.({ ...ref, deploymentId: 'nobody' }, { signal });
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
  });

  test('makes of the spec what Docker has words for, and names the rest', async () => {
    const securityContext = {
      runAsUser: 1000,
      runAsGroup: 2000,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      fsGroup: 5,
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    };
    const resources = {
      limits: { cpu: '500m', memory: '64Mi' },
      requests: { cpu: '250m', memory: '32Mi' },
    };
    const hostAliases = [{ ip: '10.1.2.3', hostnames: ['db.local'] }];
    const env = [{ name: 'COLOUR', value: 'blue' }];
    const others = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
    };
    await apply(anIntent('1', { securityContext, resources, hostAliases, env, ...others }));
    const { status } = await runs();
    const { Config, HostConfig } = await theContainer();
    expect(Config).toMatchObject({ User: '1000:2000' });
    expect(Config.Env).toContain('COLOUR=blue');
    expect(HostConfig).toMatchObject({
      NanoCpus: 500_000_000,
      Memory: 64 * 1024 * 1024,
      MemoryReservation: 32 * 1024 * 1024,
      CpuShares: 256,
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      CapAdd: ['NET_BIND_SERVICE'],
      CapDrop: ['ALL'],
      ExtraHosts: ['db.local:10.1.2.3'],
      RestartPolicy: { Name: 'unless-stopped' },
    });
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'SpecRendered',
        status: 'False',
        message:
          'Accepted, but without effect on Docker: securityContext.fsGroup, nodeSelector, tolerations.',
      }),
    );
  });

  test('gives a host to the project that had it first', async () => {
    const rules = [{ host: 'taken.example.com', path: '/' }];
    const interfaces = [{ name: 'http', port: 8080, ingress: { rules } }];
    await apply(anIntent('1', { interfaces }));
    await runs();
    const other = { projectId: `${ref.projectId}b`, deploymentId: `${ref.deploymentId}b` };
    await driver.apply(anIntent('2', { interfaces }, other), { signal });
    const loser = await watch.sees(other, ({ reason }) => reason === 'HostTaken');
    expect(loser.phase).toBe('Degraded');
    expect(loser.message).toContain('taken.example.com');
    expect(loser.urls).toEqual([`http://${other.deploymentId}.${other.projectId}.localhost/`]);
    await driver.remove(ref, { deleteData: true, signal });
    const heir = await watch.sees(other, ({ phase }) => phase === 'Running');
    expect(heir.urls).toContain('http://taken.example.com/');
    await driver.removeProject(other.projectId, { deleteData: true, signal });
    await watch.gone(other);
  });

  test('does not take a volume that belongs to somebody else', async () => {
    const name = `data-${ref.deploymentId}`;
    await world.engine.api('POST', '/volumes/create', { Name: name, Labels: { mine: 'yes' } });
    const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
    await apply(anIntent('1', { volumes }));
    await watch.sees(ref, ({ phase, reason }) => phase === 'Failed' && reason === 'VolumeTaken');
    await driver.remove(ref, { deleteData: true, signal });
    await watch.gone(ref);
    expect(await world.engine.api('GET', `/volumes/${name}`)).toMatchObject({ Name: name });
    await world.engine.api('DELETE', `/volumes/${name}`);
  });

  test('keeps volumes and their network until the data may go', async () => {
    const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
    const names = async (): Promise<string[]> => {
      const all = await world.engine.api<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
      return (all.Volumes ?? []).map(({ Name }) => Name);
    };
    const networks = async (): Promise<string[]> => {
      const all = await world.engine.api<{ Name: string }[]>('GET', '/networks');
      return all.map(({ Name }) => Name).filter((name) => name.endsWith(`-${ref.projectId}`));
    };
    await apply(anIntent('1', { volumes }));
    await runs();
    await driver.removeProject(ref.projectId, { deleteData: false, signal });
    await watch.gone(ref);
    await sleep(1_000);
    expect(await names()).toContain(`data-${ref.deploymentId}`);
    expect(await networks()).toHaveLength(1);
    await driver.removeProject(ref.projectId, { deleteData: true, signal });
    await until(async () => (await networks()).length === 0, PATIENCE);
    expect(await names()).not.toContain(`data-${ref.deploymentId}`);
  });

  test('leaves containers of another installation alone', async () => {
    await apply(anIntent('1'));
    await runs();
    const mine = await theContainer();
    const labels = { ...mine.Config.Labels, 'davit.dev/installation': 'another' };
    const { Id } = await world.engine.api<{ Id: string }>(
      'POST',
      `/containers/create?name=foreign-${ref.projectId}`,
      {
        Image: 'davit.test/web:1',
        Labels: labels,
      },
    );
    await driver.remove(ref, { deleteData: true, signal });
    await watch.gone(ref);
    expect((await theContainer()).Id).toBe(Id);
    await world.engine.api('DELETE', `/containers/${Id}?force=1`);
  });

  test('ends a pull that hangs when a newer intent comes', async () => {
    const authorizations: string[] = [];
    const registry = createServer((request, response) => {
      authorizations.push(request.headers.authorization ?? '');
      if (request.headers.authorization !== undefined) return; // never answers
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end('{}');
    }).listen(0, '127.0.0.1');
    try {
      await apply(anIntent('1'));
      await runs();
      await until(() => registry.listening, PATIENCE);
      const address = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
      const image = { registry: address, repository: 'slow', tag: '1' };
      const pull = { registry: address, username: 'ada', password: 'hush-hush' };
      await apply({ ...anIntent('8', { image }), pull });
      await watch.sees(ref, ({ reason }) => reason === 'Pulling');
      await until(() => authorizations.some((one) => one !== ''), PATIENCE);
      const expected = `Basic ${Buffer.from('ada:hush-hush').toString('base64')}`;
      expect(authorizations).toContain(expected);
      expect(await world.ask(ref)).toBe('one');
      await apply(anIntent('2'));
      await serves('two');
      expect(world.logs.join()).not.toContain('hush-hush');
    } finally {
      registry.closeAllConnections();
      registry.close();
    }
  });

  test('takes over the containers it finds where its state is lost', async () => {
    await apply(anIntent('1'));
    await runs();
    await stop();
    const stateFile = join(world.directory, `state-${ref.projectId}.json`);
    await start({ stateFile, times: { edgeMs: 200 } });
    await apply(anIntent('1'));
    await runs();
    await serves('one');
    await until(async () => (await containers()).length === 1, PATIENCE);
    await driver.removeProject(ref.projectId, { deleteData: true, signal });
    await watch.gone(ref);
    await stop();
    await start();
  });
});
