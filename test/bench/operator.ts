import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderChildren, type RolloutResource } from '@davit/rollout';
import { type Child, childProcess, freePort, until } from '@davit/testkit';
import type { BenchCase, Row } from './bench-case.ts';
import { inParallel, KubeClient } from './kube-client.ts';
import { CHILDREN, collection, type Fleet, Scene, WORKERS } from './operator-scene.ts';
import { processFigures } from './process-figures.ts';
import { countWrites, writesBetween } from './write-counts.ts';

const OPERATOR = join(import.meta.dirname, '../../apps/operator/dist/main.js');
const QUIET = 60;
/** Kubernetes' own controllers PUT; what the ones under test do is told apart by that. */
const OWN =
  /^(POST|PATCH|APPLY|DELETE) (deployments|services|secrets|configmaps|serviceaccounts|rollouts\/status)$/;
const STATUS = /^PATCH rollouts\/status$/;

export interface OperatorCaseOptions extends Fleet {
  /** without the bare client, which takes as long again */
  alone: boolean;
}

/** Many Rollouts on a real control plane whose pods are simulated. */
export function operator({ alone, ...fleet }: OperatorCaseOptions): BenchCase {
  const { size, namespaces } = fleet;
  return {
    name: `${size} Rollouts in ${namespaces} namespaces on a control plane with controllers, scheduler and simulated pods`,
    beside: `an undici client with ${WORKERS} connections that POSTs the same ${CHILDREN} children and patches each status as often as the operator had, on a fresh control plane in the same run`,
    limit: 1200 + size * 4,
    async run(signal) {
      const davit = await measureOperator(fleet, signal);
      const patches = davit.statusPatches;
      const bare = alone ? undefined : await withBareClient(fleet, patches, signal);
      return operatorRows(fleet, davit, bare);
    },
  };
}

export function operatorRows({ size }: Fleet, davit: OperatorFigures, bare?: Measured): Row[] {
  const pair = (what: string, unit: Row['unit'], pick: keyof Measured): Row => ({
    ...{ what, unit, davit: davit[pick], bare: bare?.[pick] },
  });
  const alone = (what: string, unit: Row['unit'], value: number): Row => ({
    ...{ what, unit, davit: value },
  });
  return [
    pair(`${size} created, until all children exist`, 's', 'created'),
    pair('… until every pod is Ready', 's', 'ready'),
    alone('… until every Rollout says so', 's', davit.reported),
    alone('processor time of the operator until then', 'CPU s', davit.createProcessor),
    pair(`writes a Rollout until then, for ${CHILDREN} children`, 'writes', 'writes'),
    pair('image changed on all, until every Deployment has it', 's', 'changed'),
    pair('… until nothing else runs', 's', 'rolled'),
    alone('processor time of the operator until then', 'CPU s', davit.changeProcessor),
    alone('writes a Rollout for it', 'writes', davit.changeWrites),
    alone('changed again, with one that cannot work: every Deployment', 's', davit.broken.changed),
    alone('… until nothing else runs', 's', davit.broken.rolled),
    alone(`writes in ${QUIET} s at rest`, 'writes', davit.quiet),
    alone(`processor time in ${QUIET} s at rest`, 'CPU s', davit.quietProcessor),
    alone('resident at rest', 'MB', davit.memory),
    alone('start with all of them there, until ready', 's', davit.restarted),
    alone('writes after that start', 'writes', davit.restartWrites),
    alone('processor time of that start', 'CPU s', davit.restartProcessor),
    alone('resident after that start', 'MB', davit.restartMemory),
  ];
}

interface Measured {
  created: number;
  ready: number;
  writes: number;
  changed: number;
  rolled: number;
}

export interface OperatorFigures extends Measured {
  statusPatches: number;
  reported: number;
  createProcessor: number;
  changeProcessor: number;
  changeWrites: number;
  broken: { changed: number; rolled: number };
  quiet: number;
  quietProcessor: number;
  memory: number;
  restarted: number;
  restartWrites: number;
  restartProcessor: number;
  restartMemory: number;
}

/** Creates them, changes them twice, looks at them rest, and starts the operator anew beside them. */
export async function measureOperator(fleet: Fleet, signal: AbortSignal): Promise<OperatorFigures> {
  await using scene = await Scene.open(fleet, signal);
  const first = await started(scene, signal);
  const used = (): number => processFigures(first.operator.pid).processor;
  const before = await countWrites(scene.client);
  const begin = performance.now();
  const created = scene.create();
  const times = await scene.watch(begin);
  await created;
  const reported = await scene.reported(begin);
  const createProcessor = used();
  const settled = await scene.settle();
  const idle = used();
  const change = await scene.changeImages('2');
  const changeProcessor = used() - idle;
  const changed = await scene.settle();
  await breakOne(scene);
  await scene.settle();
  const broken = await scene.changeImages('3');
  const rest = await atRest(scene, first.operator, signal);
  await first.operator[Symbol.asyncDispose]();
  return {
    ...times,
    ...change,
    reported,
    createProcessor,
    changeProcessor,
    broken,
    writes: writesBetween(before, settled, OWN) / fleet.size,
    statusPatches: Math.round(writesBetween(before, settled, STATUS) / fleet.size),
    changeWrites: writesBetween(settled, changed, OWN) / fleet.size,
    ...rest,
    ...(await restart(scene, signal)),
  };
}

async function restart(
  scene: Scene,
  signal: AbortSignal,
): Promise<
  Pick<OperatorFigures, 'restarted' | 'restartWrites' | 'restartProcessor' | 'restartMemory'>
> {
  const before = await countWrites(scene.client);
  const { operator, seconds } = await started(scene, signal);
  await using second = operator;
  const after = await scene.settle();
  const { memory, processor } = processFigures(second.pid);
  return {
    restarted: seconds,
    restartWrites: writesBetween(before, after, OWN),
    restartProcessor: processor,
    restartMemory: memory,
  };
}

async function started(
  { plane }: Scene,
  signal: AbortSignal,
): Promise<{ operator: Child; seconds: number }> {
  const health = `127.0.0.1:${await freePort()}`;
  const flags = ['--kubeconfig', plane.kubeconfig, '--health', health, '--log-level', 'error'];
  const begin = performance.now();
  // as in its image
  const env = { MALLOC_ARENA_MAX: '1' };
  const operator = await childProcess(process.execPath, [OPERATOR, ...flags], { env });
  const isReady = async (): Promise<boolean> => (await fetch(`http://${health}/readyz`)).ok;
  await until(isReady, { signal, timeout: 120_000 });
  return { operator, seconds: (performance.now() - begin) / 1000 };
}

/** One whose Service belongs to somebody else, and whose pods the API server refuses. */
async function breakOne(scene: Scene): Promise<void> {
  const { client } = scene;
  const namespace = scene.namespaceOf(0);
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { name: 'http-broken-svc', namespace },
    spec: { ports: [{ port: 80 }] },
  };
  await client.create(`/api/v1/namespaces/${namespace}/services`, service);
  const { spec, ...rest } = scene.rollout(0) as RolloutResource;
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
): Promise<Pick<OperatorFigures, 'quiet' | 'quietProcessor' | 'memory'>> {
  const settled = await scene.settle();
  const before = processFigures(pid);
  await sleep(QUIET * 1000, undefined, { signal });
  const after = processFigures(pid);
  const counts = await countWrites(scene.client);
  return {
    quiet: writesBetween(settled, counts, OWN),
    quietProcessor: after.processor - before.processor,
    memory: after.memory,
  };
}

async function withBareClient(
  fleet: Fleet,
  patches: number,
  signal: AbortSignal,
): Promise<Measured> {
  await using scene = await Scene.open(fleet, signal);
  await using worker = new KubeClient(scene.plane, WORKERS);
  const before = await countWrites(scene.client);
  const begin = performance.now();
  const created = scene.indexes.map(() => Promise.withResolvers<RolloutResource>());
  const work = Promise.all([
    scene.create((index, made) => created[index]?.resolve(made)),
    inParallel(created.entries(), WORKERS, async ([index, { promise }]) => {
      const resource = await promise;
      for (const child of renderChildren(resource))
        await worker.create(scene.pathOf(child, index), child);
      const path = `${scene.collectionOf(index)}/${resource.metadata.name}/status`;
      for (let patch = 1; patch <= patches; patch += 1) {
        await worker.merge(path, { status: { observedGeneration: patch } });
      }
    }),
  ]);
  const times = await scene.watch(begin);
  await work;
  const settled = await scene.settle();
  const change = await scene.changeImages('2', async (index) => {
    const resource = await created[index]!.promise;
    const spec = { ...resource.spec, image: { ...resource.spec.image, tag: '2' } };
    const children = renderChildren({ ...resource, spec });
    const deployment = children.find(({ kind }) => kind === 'Deployment');
    if (!deployment) return;
    const path = `${scene.pathOf(deployment, index)}/${resource.metadata.name}`;
    await worker.apply(path, deployment);
  });
  const writes = writesBetween(before, settled, OWN) / fleet.size;
  return { ...times, ...change, writes };
}
