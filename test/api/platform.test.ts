import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const PROJECT = 'projectofuser01';
const DEPLOYMENT = 'deploymentofu01';
const door = `/api/davit/v1/projects/${PROJECT}/deployments/${DEPLOYMENT}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await create('projects', { id: PROJECT, name: 'first', user: '{user}' });
  await create('deployments', { id: DEPLOYMENT, name: 'web', user: '{user}', project: PROJECT });
});
afterAll(() => server[Symbol.asyncDispose]());

async function create(collection: string, body: object): Promise<void> {
  const path = `/api/collections/${collection}/records`;
  const { status, text } = await send(server, { method: 'POST', path, as: 'user', body });
  expect(`${status} ${text}`).toMatch(/^200 /);
}

describe('the engine', () => {
  const row = { path: '/api/davit/v1/engine' };
  runScenarios(
    () => server,
    [
      { ...row, name: 'is nothing for guests', as: 'guest', status: 401 },
      {
        ...row,
        name: 'is named where there is none, with what would help',
        as: 'user',
        status: 200,
        contains: ['"driver":"none"', '"connected":false', '--driver kubernetes'],
      },
    ],
  );
});

describe('the status of a deployment', () => {
  const row = { path: `${door}/status` };
  runScenarios(
    () => server,
    [
      { ...row, name: 'is nothing for guests', as: 'guest', status: 401 },
      { ...row, name: 'is not there for another user', as: 'other', status: 404 },
      { ...row, name: 'is there for its owner', as: 'user', status: 200 },
      { ...row, name: 'is there for superusers', as: 'superuser', status: 200 },
    ],
  );

  test('says that a rollout waits for an engine', async () => {
    const spec = {
      image: { registry: 'docker.io', repository: 'nginx', tag: '1' },
      horizontalScale: { minReplicas: 1, maxReplicas: 1, targetCPUUtilizationPercentage: 80 },
      resources: {
        requests: { cpu: '100m', memory: '64Mi' },
        limits: { cpu: '200m', memory: '128Mi' },
      },
    };
    await create('rollouts', {
      user: '{user}',
      project: PROJECT,
      deployment: DEPLOYMENT,
      manifest: { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', spec },
    });
    await vi.waitFor(
      async () => {
        const { text } = await send(server, { ...row, as: 'user' });
        expect(JSON.parse(text)).toMatchObject({ phase: 'Pending', reason: 'NoEngine' });
      },
      { timeout: 30_000 },
    );
  });

  test('cannot be changed by a restart while there is no engine', async () => {
    const restart = { method: 'POST', path: `${door}/restart` };
    const { status, text } = await send(server, { ...restart, as: 'user' });
    expect(status).toBe(503);
    expect(text).toContain('No engine runs containers yet.');
    expect((await send(server, { ...restart, as: 'other' })).status).toBe(404);
  });
});
