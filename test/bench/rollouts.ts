import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, renderChildren, type RolloutResource } from '@davit/rollout';
import { childProcess, controlPlane, type ControlPlane, freePort, until } from '@davit/testkit';
import type { BenchCase, Row } from './bench-case.ts';
import { inParallel, KubeClient, type KubeObject } from './kube-client.ts';
import { processFigures } from './process-figures.ts';
import { countWrites, type WriteCounts, writesBetween } from './write-counts.ts';
import { installCrd } from '../cluster/install-crd.ts';

const ROOT = join(import.meta.dirname, '../..');
const OPERATOR = join(ROOT, 'apps/operator/dist/main.js');
const COUNT = 200;
/** the operator's default number of workers, and as many connections for the bare client */
const WORKERS = 4;
const QUIET = 30;
const NAMESPACE = 'bench';
const ROLLOUTS = `/apis/one-click.dev/v1alpha1/namespaces/${NAMESPACE}/rollouts`;
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;

const plurals: Record<string, string> = {
  Deployment: 'deployments',
  Service: 'services',
  Secret: 'secrets',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ServiceAccount: 'serviceaccounts',
  Ingress: 'ingresses',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  CronJob: 'cronjobs',
};
/** Kubernetes' own controllers PUT; what the ones under test do is told apart by that. */
const OWN =
  /^(POST|PATCH|APPLY|DELETE) (deployments|services|secrets|serviceaccounts|persistentvolumeclaims|rollouts\/status)$/;
const STATUS = /^PATCH rollouts\/status$/;

const rollout = (index: number): Omit<RolloutResource, 'metadata'> & { metadata: object } => ({
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  metadata: { name: `app-${index}`, namespace: NAMESPACE },
  spec: {
    image: { registry: 'davit.test', repository: 'web', tag: '1' },
    env: [{ name: 'MODE', value: 'production' }],
    secrets: [{ name: 'TOKEN', value: `secret-${index}` }],
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    interfaces: [{ name: 'http', port: 8080 }],
    serviceAccountName: `app-${index}`,
  },
});

export const rollouts: BenchCase = {
  name: `${COUNT} Rollouts on a control plane with controllers`,
  beside: `a bare undici client with ${WORKERS} connections that POSTs the same children and patches each status as often as the operator had by then, on a fresh control plane in the same run`,
  limit: 400,
  async run(signal) {
    const davit = await withOperator(signal);
    const bare = await withBareClient(davit.statusPatches, signal);
    const row = (what: string, unit: Row['unit'], pick: keyof Measured): Row => ({
      what,
      unit,
      davit: davit[pick],
      bare: bare[pick],
    });
    return [
      row(`${COUNT} created, until all children exist`, 's', 'created'),
      row('… until every status is written', 's', 'reported'),
      row('writes a Rollout, until the controllers are done too', 'writes', 'writes'),
      row('image changed on all, until every Deployment has it', 's', 'changed'),
      {
        what: `writes in ${QUIET} s of quiet`,
        unit: 'writes',
        davit: davit.quiet,
        bare: bare.quiet,
      },
      { what: 'operator, resident after all that', unit: 'MB', davit: davit.memory },
      { what: 'operator, processor time for all that', unit: 'CPU s', davit: davit.processor },
    ];
  },
};

interface Measured {
  created: number;
  reported: number;
  writes: number;
  changed: number;
  quiet: number;
}

async function withOperator(
  signal: AbortSignal,
): Promise<Measured & { statusPatches: number; memory: number; processor: number }> {
  await using plane = await preparedPlane();
  await using client = new KubeClient(plane, WORKERS);
  const health = `127.0.0.1:${await freePort()}`;
  const args = [
    OPERATOR,
    '--kubeconfig',
    plane.kubeconfig,
    '--health',
    health,
    '--log-level',
    'error',
  ];
  await using operator = await childProcess(process.execPath, args);
  await until(async () => (await fetch(`http://${health}/readyz`)).ok, { signal });
  const before = await countWrites(client);
  const begin = performance.now();
  const created = createRollouts(client);
  const times = await watchProgress(client, begin, signal);
  await created;
  const reported = await countWrites(client);
  const settled = await settle(client, signal);
  const quietEnd = await quiet(client, signal);
  const changed = await changeImages(client, signal, () => Promise.resolve());
  return {
    ...times,
    writes: writesBetween(before, settled, OWN) / COUNT,
    statusPatches: Math.round(writesBetween(before, reported, STATUS) / COUNT),
    changed,
    quiet: writesBetween(settled, quietEnd),
    ...processFigures(operator.pid),
  };
}

async function withBareClient(statusPatches: number, signal: AbortSignal): Promise<Measured> {
  await using plane = await preparedPlane();
  await using client = new KubeClient(plane, WORKERS);
  await using worker = new KubeClient(plane, WORKERS);
  const before = await countWrites(client);
  const begin = performance.now();
  const created = indexes.map(() => Promise.withResolvers<RolloutResource>());
  const work = Promise.all([
    createRollouts(client, (index, made) => created[index]?.resolve(made)),
    inParallel(created, WORKERS, async ({ promise }) => {
      const resource = await promise;
      for (const child of renderChildren(resource)) await worker.create(pathOf(child), child);
      for (let patch = 1; patch <= statusPatches; patch++) {
        const status = { observedGeneration: patch === statusPatches ? 1 : 0 };
        await worker.merge(`${ROLLOUTS}/${resource.metadata.name}/status`, { status });
      }
    }),
  ]);
  const times = await watchProgress(client, begin, signal);
  await work;
  const settled = await settle(client, signal);
  const quietEnd = await quiet(client, signal);
  const changed = await changeImages(client, signal, async (index) => {
    const resource = (await created[index]?.promise) as RolloutResource;
    const spec = { ...resource.spec, image: { ...resource.spec.image, tag: '2' } };
    const children = renderChildren({ ...resource, spec });
    const deployment = children.find(({ kind }) => kind === 'Deployment');
    if (deployment) await worker.apply(`${DEPLOYMENTS}/${resource.metadata.name}`, deployment);
  });
  return {
    ...times,
    writes: writesBetween(before, settled, OWN) / COUNT,
    changed,
    quiet: writesBetween(settled, quietEnd),
  };
}

async function preparedPlane(): Promise<ControlPlane> {
  const plane = await controlPlane({ controllerManager: true });
  await installCrd(plane);
  await plane.kubectl('create', 'namespace', NAMESPACE);
  return plane;
}

const indexes = Array.from({ length: COUNT }, (_, index) => index);

function createRollouts(
  client: KubeClient,
  done: (index: number, made: RolloutResource) => void = () => undefined,
): Promise<void> {
  return inParallel(indexes, WORKERS, async (index) => {
    done(index, (await client.create(ROLLOUTS, rollout(index))) as unknown as RolloutResource);
  });
}

function pathOf({ apiVersion, kind }: Child): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${base}/namespaces/${NAMESPACE}/${plurals[kind]}`;
}

/** Seconds until the last child is there, and until the last status is. */
async function watchProgress(
  client: KubeClient,
  begin: number,
  signal: AbortSignal,
): Promise<{ created: number; reported: number }> {
  const seconds = (): number => (performance.now() - begin) / 1000;
  const sample = renderChildren(rollout(0) as RolloutResource);
  const waiting = new Set(sample.map(pathOf));
  const options = { signal, timeout: 120_000, interval: 50 };
  await until(async () => {
    for (const path of waiting) if ((await client.count(path)) >= COUNT) waiting.delete(path);
    return waiting.size === 0;
  }, options);
  const created = seconds();
  await until(async () => {
    const { items } = await client.get<{ items: KubeObject[] }>(ROLLOUTS);
    return items.every(({ status }) => (status as Status)?.observedGeneration === 1);
  }, options);
  return { created, reported: seconds() };
}

type Status = { observedGeneration?: number } | undefined;

/** Waits until two seconds pass without a write. */
async function settle(client: KubeClient, signal: AbortSignal): Promise<WriteCounts> {
  let last = await countWrites(client);
  for (;;) {
    await sleep(2_000, undefined, { signal });
    const now = await countWrites(client);
    if (writesBetween(last, now) === 0) return now;
    last = now;
  }
}

async function quiet(client: KubeClient, signal: AbortSignal): Promise<WriteCounts> {
  await sleep(QUIET * 1000, undefined, { signal });
  return countWrites(client);
}

/** Seconds until every Deployment has the second image; `follow` does what an operator would. */
async function changeImages(
  client: KubeClient,
  signal: AbortSignal,
  follow: (index: number) => Promise<void>,
): Promise<number> {
  const begin = performance.now();
  const changed = indexes.map(() => Promise.withResolvers<undefined>());
  const work = Promise.all([
    inParallel(indexes, WORKERS, async (index) => {
      await client.merge(`${ROLLOUTS}/app-${index}`, { spec: { image: { tag: '2' } } });
      changed[index]?.resolve(undefined);
    }),
    inParallel(indexes, WORKERS, async (index) => {
      await changed[index]?.promise;
      await follow(index);
    }),
  ]);
  const options = { signal, timeout: 120_000, interval: 100 };
  await until(async () => {
    const { items } = await client.get<{ items: unknown[] }>(DEPLOYMENTS);
    return items.every((item) => JSON.stringify(item).includes('davit.test/web:2'));
  }, options);
  const seconds = (performance.now() - begin) / 1000;
  await work;
  return seconds;
}
