import { once } from 'node:events';
import { request } from 'node:http';
import type { DeploymentRef, DriverEvent, RolloutDriver, RolloutIntent } from '@davit/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import type { Sent } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

/** An engine whose answers the test holds back. */
class HeldEngine {
  readonly applied: string[] = [];
  readonly removed: string[] = [];
  readonly streams = { open: 0 };
  holdRemoval: Promise<void> = Promise.resolve();
  holdApply: (intent: RolloutIntent, revert: boolean) => Promise<void> = () => Promise.resolve();
  onLogs: () => void = () => undefined;
  #tell: ((event: DriverEvent) => void) | undefined;
  readonly #early: DriverEvent[] = [];

  tell(event: DriverEvent): void {
    if (this.#tell) this.#tell(event);
    else this.#early.push(event);
  }

  observe(ref: DeploymentRef, rolloutId: string): void {
    const running = { phase: 'Running', reason: '', message: '', instances: [], urls: [] } as const;
    const replicas = { desired: 1, updated: 1, ready: 1 };
    const observation = { ...ref, ...running, instances: [], urls: [], rolloutId, replicas };
    this.tell({ type: 'observed', observation: { ...observation, status: {} } });
  }

  driver(): RolloutDriver {
    const nothing = (): Promise<void> => Promise.resolve();
    return {
      name: 'kubernetes',
      check: nothing,
      apply: async (intent, { revert = false }) => {
        await this.holdApply(intent, revert);
        this.applied.push(intent.rolloutId);
      },
      remove: async ({ deploymentId }) => {
        await this.holdRemoval;
        this.removed.push(deploymentId);
      },
      removeProject: async (projectId) => {
        await this.holdRemoval;
        this.removed.push(projectId);
      },
      restart: nothing,
      removeInstance: nothing,
      watch: ({ signal }) => this.#watch(signal),
      logs: (_ref, { signal }) => this.#logs(signal),
      events: async function* () {},
      close: nothing,
    };
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<DriverEvent> {
    const queue = this.#early.splice(0);
    let wake = (): void => undefined;
    this.#tell = (event) => {
      queue.push(event);
      wake();
    };
    signal.addEventListener('abort', () => wake());
    while (!signal.aborted) {
      const event = queue.shift();
      if (event) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  async *#logs(signal: AbortSignal): AsyncGenerator<never> {
    this.streams.open += 1;
    this.onLogs();
    try {
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      this.streams.open -= 1;
    }
  }
}

let engine: HeldEngine;
let server: TestServer;
beforeEach(async () => {
  engine = new HeldEngine();
  server = await startServer({ driver: engine.driver() });
});
afterEach(() => server[Symbol.asyncDispose]());

type Json = Record<string, unknown> & { id: string };

async function ok(call: Sent): Promise<Json> {
  const { status, text } = await send(server, { as: 'user', ...call });
  if (status >= 300) throw new Error(`${status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Json;
}
const records = (collection: string, id = ''): string =>
  `/api/collections/${collection}/records${id === '' ? '' : `/${id}`}`;
const create = (collection: string, body: object): Promise<Json> =>
  ok({ method: 'POST', path: records(collection), body: { user: '{user}', ...body } });

async function anApp(): Promise<DeploymentRef> {
  const project = await create('projects', { name: 'shop' });
  const deployment = await create('deployments', { name: 'web', project: project.id });
  return { projectId: project.id, deploymentId: deployment.id };
}

function roll({ projectId, deploymentId }: DeploymentRef, tag: string): Promise<Json> {
  const spec = {
    image: { registry: 'davit.test', repository: 'web', tag },
    interfaces: [{ name: 'http', port: 8080 }],
  };
  const manifest = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', spec };
  return create('rollouts', { project: projectId, deployment: deploymentId, manifest });
}

const door = ({ projectId, deploymentId }: DeploymentRef): string =>
  `/api/davit/v1/projects/${projectId}/deployments/${deploymentId}`;

test('keeps the stored phase after a restart until the engine told what runs', async () => {
  const app = await anApp();
  const { id } = await roll(app, '1');
  await vi.waitFor(() => expect(engine.applied).toEqual([id]), { timeout: 30_000 });
  const { records: stored } = server.server;
  const phases: unknown[] = [];
  stored.hooks.onRecordAfterUpdateSuccess(
    async (e) => {
      phases.push(e.record.phase);
      await e.next();
    },
    { tags: ['deployments'] },
  );
  engine.observe(app, id);
  engine.tell({ type: 'synced' });
  await vi.waitFor(() => expect(phases).toEqual(['Running']), { timeout: 30_000 });
});

test('gives the last word to a rollout that came in while another was put back', async () => {
  const app = await anApp();
  const first = await roll(app, '1');
  await vi.waitFor(() => expect(engine.applied).toEqual([first.id]), { timeout: 30_000 });
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  engine.holdApply = async (_intent, revert) => {
    if (revert) begun.resolve(await Promise.resolve());
    if (revert) await held.promise;
  };
  const reverting = ok({ method: 'POST', path: `${door(app)}/revert` });
  await begun.promise;
  const second = await roll(app, '2');
  await vi.waitFor(() => expect(engine.applied).toContain(second.id), { timeout: 30_000 });
  // the end of the first rollout makes the sync look once more: let that pass
  for (let call = 0; call < 5; call++) await ok({ path: `${door(app)}/status` });
  held.resolve();
  await reverting;
  await vi.waitFor(() => expect(engine.applied.at(-1)).toBe(second.id), { timeout: 30_000 });
});

test('does not let a removal under way take a new project of the same id', async () => {
  const project = await create('projects', { id: 'comesbackagain1', name: 'shop' });
  const held = Promise.withResolvers<void>();
  engine.holdRemoval = held.promise;
  await ok({ method: 'DELETE', path: records('projects', project.id) });
  const again = (): Promise<Json> => create('projects', { id: project.id, name: 'new' });
  await expect(again()).rejects.toThrow(/"id":\{"code":"validation_being_removed"/);
  held.resolve();
  await vi.waitFor(async () => expect(await again()).toMatchObject({ name: 'new' }), {
    timeout: 30_000,
  });
});

test('forgets a deployment that is gone, though the engine reports its end later', async () => {
  const app = await anApp();
  const { id } = await roll(app, '1');
  engine.observe(app, id);
  await ok({ method: 'DELETE', path: records('deployments', app.deploymentId) });
  await vi.waitFor(() => expect(engine.removed).toContain(app.deploymentId), { timeout: 30_000 });
  const seen: string[] = [];
  const stream = await fetch(`${server.url}/api/davit/v1/projects/${app.projectId}/status/stream`, {
    headers: { authorization: server.tokens.user },
  });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  engine.tell({ type: 'removed', ref: app });
  engine.tell({ type: 'synced' });
  const marker = await create('deployments', { name: 'marker', project: app.projectId });
  engine.observe({ projectId: app.projectId, deploymentId: marker.id }, 'x');
  while (!seen.join('').includes(marker.id)) seen.push((await reader?.read())?.value ?? '');
  await reader?.cancel();
  expect(seen.join('')).not.toContain(app.deploymentId);
});

test('lets nobody change what is in a project that went to somebody else', async () => {
  const app = await anApp();
  const { id } = await roll(app, '1');
  await ok({
    method: 'PATCH',
    path: records('projects', app.projectId),
    as: 'superuser',
    body: { user: '{other}' },
  });
  const deployment = records('deployments', app.deploymentId);
  const attempts: Sent[] = [
    { method: 'PATCH', path: records('rollouts', id), body: { endDate: '2026-01-01 00:00:00Z' } },
    { method: 'DELETE', path: records('rollouts', id) },
    { method: 'PATCH', path: deployment, body: { name: 'mine' } },
    { method: 'DELETE', path: deployment },
  ];
  for (const attempt of attempts) {
    expect((await send(server, { as: 'user', ...attempt })).status).toBe(404);
  }
});

test('does not follow logs for who left before the stream began', async () => {
  const app = await anApp();
  const ended = Promise.withResolvers<void>();
  const stored = server.server.records;
  const get = stored.get.bind(stored);
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  vi.spyOn(stored, 'get').mockImplementation(async (collection, id) => {
    if (id === app.deploymentId) {
      asked.resolve();
      await held.promise;
    }
    return get(collection, id);
  });
  engine.onLogs = () => ended.resolve();
  const call = request(`${server.url}${door(app)}/logs/stream`, {
    headers: { authorization: server.tokens.user },
  });
  call.on('error', () => undefined);
  call.end();
  await asked.promise;
  const socket = call.socket;
  call.destroy();
  await (socket?.closed === true ? undefined : once(socket ?? call, 'close'));
  // the server hears of it with the next request on another connection
  await fetch(`${server.url}/api/health`);
  held.resolve();
  await Promise.race([ended.promise, new Promise((resolve) => setTimeout(resolve, 200))]);
  await vi.waitFor(() => expect(engine.streams.open).toBe(0), { timeout: 500 });
});
