import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderChildren, type RolloutResource } from '@davit/rollout';
import { type Child, childProcess, freePort, until } from '@davit/testkit';
import type { BenchCase, Row } from './bench-case.ts';
import { inParallel, KubeClient } from './kube-client.ts';
import {
  CHILDREN,
  collection,
  namespaceOf,
  pathOf,
  rollout,
  Scene,
  WORKERS,
} from './operator-scene.ts';
import { processFigures } from './process-figures.ts';
import { countWrites, writesBetween } from './write-counts.ts';

const OPERATOR = join(import.meta.dirname, '../../apps/operator/dist/main.js');
const QUIET = 60;
/** Kubernetes' own controllers PUT; what the ones under test do is told apart by that. */
const OWN =
  /^(POST|PATCH|APPLY|DELETE) (deployments|services|secrets|configmaps|serviceaccounts|rollouts\/status)$/;
const STATUS = /^PATCH rollouts\/status$/;

/** `size` Rollouts, a hundred to a namespace, on a real control plane whose pods are simulated. */
export function operator({ size }: { size: number }): BenchCase {
  return {
    name: `${size} Rollouts on a control plane with controllers, scheduler and simulated pods`,
    beside: `an undici client with ${WORKERS} connections that POSTs the same ${CHILDREN} children and patches each status as often as the operator had, on a fresh control plane in the same run`,
    limit: 600 + size * 2,
    async run(signal) {
      const davit = await withOperator(size, signal);
      const bare = await withBareClient({ size, patches: davit.statusPatches, signal });
      const pair = (what: string, unit: Row['unit'], pick: keyof Measured): Row => ({
        ...{ what, unit, davit: davit[pick], bare: bare[pick] },
      });
      const alone = (what: string, unit: Row['unit'], value: number): Row => ({
        ...{ what, unit, davit: value },
      });
      return [
        pair(`${size} created, until all children exist`, 's', 'created'),
        pair('… until every pod is Ready', 's', 'ready'),
        alone('… until every Rollout says so', 's', davit.reported),
        pair(`writes a Rollout until then, for ${CHILDREN} children`, 'writes', 'writes'),
        pair('image changed on all, until every Deployment has it', 's', 'changed'),
        alone('the same with a Rollout among them that cannot work', 's', davit.besideBroken),
        alone(`writes in ${QUIET} s at rest`, 'writes', davit.quiet),
        alone(`processor time in ${QUIET} s at rest`, 'CPU s', davit.quietProcessor),
        alone('resident at rest', 'MB', davit.memory),
        alone('start with all of them there, until ready', 's', davit.restarted),
        alone('writes after that start', 'writes', davit.restartWrites),
        alone('processor time of that start', 'CPU s', davit.restartProcessor),
        alone('resident after that start', 'MB', davit.restartMemory),
      ];
    },
  };
}

interface Measured {
  created: number;
  ready: number;
  writes: number;
  changed: number;
}

interface OfOperator extends Measured {
  statusPatches: number;
  reported: number;
  besideBroken: number;
  quiet: number;
  quietProcessor: number;
  memory: number;
  restarted: number;
  restartWrites: number;
  restartProcessor: number;
  restartMemory: number;
}

async function withOperator(size: number, signal: AbortSignal): Promise<OfOperator> {
  await using scene = await Scene.open(size, signal);
  const first = await started(scene, signal);
  const before = await countWrites(scene.client);
  const begin = performance.now();
  const created = scene.create();
  const times = await scene.watch(begin);
  await created;
  const reported = await scene.reported(begin);
  const settled = await scene.settle();
  const changed = await scene.changeImages('2', () => Promise.resolve());
  await scene.settle();
  await breakOne(scene);
  await scene.settle();
  const besideBroken = await scene.changeImages('3', () => Promise.resolve());
  const rest = await atRest(scene, first.operator, signal);
  await first.operator[Symbol.asyncDispose]();
  const again = await started(scene, signal);
  await using second = again.operator;
  const after = await scene.settle();
  const figures = processFigures(second.pid);
  return {
    ...times,
    reported,
    writes: writesBetween(before, settled, OWN) / size,
    statusPatches: Math.round(writesBetween(before, settled, STATUS) / size),
    changed,
    besideBroken,
    ...rest,
    restarted: again.seconds,
    restartWrites: writesBetween(rest.counts, after, OWN),
    restartProcessor: figures.processor,
    restartMemory: figures.memory,
  };
}

async function started(
  { plane }: Scene,
  signal: AbortSignal,
): Promise<{ operator: Child; seconds: number }> {
  const health = `127.0.0.1:${await freePort()}`;
  const flags = ['--kubeconfig', plane.kubeconfig, '--health', health, '--log-level', 'error'];
  const begin = performance.now();
  const operator = await childProcess(process.execPath, [OPERATOR, ...flags]);
  const isReady = async (): Promise<boolean> => (await fetch(`http://${health}/readyz`)).ok;
  await until(isReady, { signal, timeout: 120_000 });
  return { operator, seconds: (performance.now() - begin) / 1000 };
}

/** One whose Service belongs to somebody else, and whose pods the API server refuses. */
async function breakOne({ client }: Scene): Promise<void> {
  const namespace = namespaceOf(0);
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { name: 'http-broken-svc', namespace },
    spec: { ports: [{ port: 80 }] },
  };
  await client.create(`/api/v1/namespaces/${namespace}/services`, service);
  const { spec, ...rest } = rollout(0) as RolloutResource;
  const broken = {
    ...rest,
    metadata: { name: 'broken', namespace },
    spec: { ...spec, nodeSelector: { 'not a label': 'x' } },
  };
  await client.create(collection(namespace), broken);
}

async function atRest(
  scene: Scene,
  { pid }: Child,
  signal: AbortSignal,
): Promise<Pick<OfOperator, 'quiet' | 'quietProcessor' | 'memory'> & { counts: Counts }> {
  const settled = await scene.settle();
  const before = processFigures(pid);
  await sleep(QUIET * 1000, undefined, { signal });
  const after = processFigures(pid);
  const counts = await countWrites(scene.client);
  return {
    counts,
    quiet: writesBetween(settled, counts, OWN),
    quietProcessor: after.processor - before.processor,
    memory: after.memory,
  };
}
type Counts = Awaited<ReturnType<typeof countWrites>>;

async function withBareClient(task: {
  size: number;
  patches: number;
  signal: AbortSignal;
}): Promise<Measured> {
  const { size, patches, signal } = task;
  await using scene = await Scene.open(size, signal);
  await using worker = new KubeClient(scene.plane, WORKERS);
  const before = await countWrites(scene.client);
  const begin = performance.now();
  const created = scene.indexes.map(() => Promise.withResolvers<RolloutResource>());
  const work = Promise.all([
    scene.create((index, made) => created[index]?.resolve(made)),
    inParallel(created.entries(), WORKERS, async ([index, { promise }]) => {
      const resource = await promise;
      for (const child of renderChildren(resource))
        await worker.create(pathOf(child, index), child);
      const path = `${collection(namespaceOf(index))}/${resource.metadata.name}/status`;
      for (let patch = 1; patch <= patches; patch += 1) {
        await worker.merge(path, { status: { observedGeneration: patch } });
      }
    }),
  ]);
  const times = await scene.watch(begin);
  await work;
  const settled = await scene.settle();
  const changed = await scene.changeImages('2', async (index) => {
    const resource = await created[index]!.promise;
    const spec = { ...resource.spec, image: { ...resource.spec.image, tag: '2' } };
    const children = renderChildren({ ...resource, spec });
    const deployment = children.find(({ kind }) => kind === 'Deployment');
    if (!deployment) return;
    await worker.apply(`${pathOf(deployment, index)}/${resource.metadata.name}`, deployment);
  });
  return { ...times, writes: writesBetween(before, settled, OWN) / size, changed };
}
