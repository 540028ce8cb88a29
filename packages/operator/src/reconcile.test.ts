import { AppError } from '@davit/domain';
import type { ClusterObject } from '@davit/domain';
import { readRevision } from '@davit/rollout';
import { beforeEach, describe, expect, test } from 'vitest';
import { createReconcile } from './reconcile.ts';
import type { Reconcile } from './reconcile.ts';
import { MemoryCluster } from './testing.ts';

const logger = { log: () => undefined, with: () => logger };
const signal = new AbortController().signal;
const image = (tag: string): { registry: string; repository: string; tag: string } => ({
  registry: 'docker.io',
  repository: 'library/nginx',
  tag,
});
const volume = { name: 'data', mountPath: '/data', size: '1Gi' };

let cluster: MemoryCluster;
let now: number;
let reconcile: Reconcile;
let lost: readonly string[][];
beforeEach(() => {
  cluster = new MemoryCluster();
  now = Date.parse('2026-01-01T00:00:00Z');
  lost = [];
  const onStatusKept = (fields: readonly string[]): void => void (lost = [...lost, [...fields]]);
  reconcile = createReconcile({
    cluster,
    clock: { now: () => now, after: () => () => undefined },
    onStatusKept,
  });
});

/** As the queue does: again for as long as that is asked for at once. Answers how the last one went on. */
async function settle(name = 'shop'): Promise<number | string | undefined> {
  for (let turn = 0; turn < 20; turn += 1) {
    try {
      const { requeueAfterMs } = await reconcile(`project1/${name}`, { signal, logger });
      if (requeueAfterMs !== 0) return requeueAfterMs;
    } catch (error) {
      return AppError.is(error) ? (error.reason ?? error.code) : String(error);
    }
  }
  throw new Error('it does not come to rest');
}

async function running(spec: Parameters<MemoryCluster['ask']>[0]): Promise<void> {
  cluster.ask(spec);
  await settle();
  cluster.run();
  await settle();
  expect(cluster.status()).toMatchObject({ phase: 'Running' });
}

const ready = (): unknown =>
  cluster.status().conditions?.find(({ type }) => type === 'Ready')?.status;
const keptImage = (): string | undefined =>
  readRevision(cluster.get('Secret', 'shop-revision'))?.spec.image.tag;
const fails =
  (pattern: RegExp, failure: AppError) =>
  (write: string): AppError | undefined =>
    pattern.test(write) ? failure : undefined;

test('what a project says of its network holds for a Rollout that says nothing else', async () => {
  const policy = (): unknown => cluster.get('NetworkPolicy', 'shop');
  cluster.isolated = true;
  await running({ image: image('1') });
  expect(policy()).toBeDefined();
  cluster.isolated = false;
  await settle();
  expect(policy()).toBeUndefined();
  cluster.isolated = true;
  cluster.ask({ image: image('1'), networkPolicy: 'open' });
  await settle();
  expect(policy()).toBeUndefined();
});

describe('a spec that cannot be applied', () => {
  const hiccups: [string, AppError][] = [
    ['a webhook that is down', new AppError('unavailable', 'down')],
    ['a server that is late', new AppError('timeout', 'late')],
    ['a server that is busy', new AppError('rate_limited', 'busy')],
    ['a write conflict', new AppError('conflict', 'other', { reason: 'Conflict' })],
  ];

  test.each(hiccups)(
    'for %s is not told to run, and takes nobody’s place',
    async (_why, failure) => {
      await running({ rollback: 'auto' });
      expect(keptImage()).toBe('1');
      cluster.refuse = fails(/Deployment/, failure);
      cluster.ask({ rollback: 'auto', image: image('2') });
      await settle();
      expect(cluster.status().observedGeneration).toBe(1);
      for (let second = 0; second < 4; second += 1) {
        now += 2_000;
        await settle();
        expect(keptImage()).toBe('1');
      }
      expect(cluster.status()).toMatchObject({ observedGeneration: 2 });
      expect(cluster.status().phase).not.toBe('Running');
      expect(ready()).toBe('False');
      expect(keptImage()).toBe('1');

      cluster.refuse = () => undefined;
      await settle();
      cluster.run();
      await settle();
      expect(cluster.status()).toMatchObject({ phase: 'Running', observedGeneration: 2 });
      expect(keptImage()).toBe('2');
    },
  );

  test('is not given up because the one before missed its deadline', async () => {
    await running({ rollback: 'auto' });
    cluster.ask({ rollback: 'auto', image: image('2') });
    await settle();
    cluster.miss();
    cluster.refuse = fails(/Deployment/, new AppError('unavailable', 'down'));
    cluster.ask({ rollback: 'auto', image: image('3') });
    await settle();
    now += 10_000;
    await settle();
    expect(cluster.status()).toMatchObject({ observedGeneration: 3 });
    expect(cluster.status().rollback).toBeUndefined();
    cluster.refuse = () => undefined;
    await settle();
    expect(cluster.get('Deployment', 'shop')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'docker.io/library/nginx:3' }] } } },
    });
    cluster.miss();
    await settle();
    expect(cluster.status().rollback).toBeDefined();
  });

  test('is tried again as soon as the most urgent of its failures asks for', async () => {
    await running({ volumes: [volume] });
    const invalid = new AppError('invalid', 'no');
    const conflict = new AppError('conflict', 'other', { reason: 'Conflict' });
    cluster.refuse = (write) =>
      /Claim/.test(write) ? invalid : /Service /.test(write) ? conflict : undefined;
    const interfaces = [{ name: 'http', port: 80 }];
    cluster.ask({ volumes: [{ ...volume, size: '2Gi' }], interfaces });
    expect(await settle()).toBe('Conflict');
    expect(cluster.status()).toMatchObject({ reason: 'InvalidSpec' });
  });
});

describe('one child that cannot be brought about', () => {
  const http = { name: 'http', port: 80 };
  const ingress = { rules: [{ host: 'a.example', path: '/' }] };

  test('does not keep what is asked for no more', async () => {
    const horizontalScale = { minReplicas: 1, maxReplicas: 3 };
    await running({ volumes: [volume], interfaces: [{ ...http, ingress }], horizontalScale });
    expect(cluster.get('Ingress', 'http-shop-ingress')).toBeDefined();
    cluster.refuse = fails(/patch PersistentVolumeClaim/, new AppError('invalid', 'no'));
    cluster.ask({ volumes: [{ ...volume, size: '2Gi' }], interfaces: [http] });
    await settle();
    expect(cluster.get('Ingress', 'http-shop-ingress')).toBeUndefined();
    expect(cluster.get('HorizontalPodAutoscaler', 'shop')).toBeUndefined();
  });

  test('keeps what still runs, and what that needs', async () => {
    const files = [{ path: '/a', content: 'a' }];
    await running({ files, interfaces: [{ ...http, ingress }] });
    cluster.refuse = fails(/Deployment/, new AppError('invalid', 'no'));
    cluster.ask({ image: image('2'), interfaces: [http] });
    await settle();
    expect(cluster.get('ConfigMap', 'shop-files')).toBeDefined();
    expect(cluster.get('Ingress', 'http-shop-ingress')).toBeUndefined();
    cluster.refuse = () => undefined;
    await settle();
    expect(cluster.get('ConfigMap', 'shop-files')).toBeUndefined();
  });

  test('is a Deployment that is left alone where a claim of its name is of another Rollout', async () => {
    cluster.ask({ volumes: [volume] }, 'app-db');
    await settle('app-db');
    expect(cluster.get('PersistentVolumeClaim', 'data-app-db')).toBeDefined();
    cluster.ask({ volumes: [{ ...volume, name: 'data-app' }] }, 'db');
    await settle('db');
    expect(cluster.status('db')).toMatchObject({ reason: 'NameConflict' });
    expect(cluster.get('Deployment', 'db')).toBeUndefined();
  });

  test('is told when it is being deleted for long, and the rest goes on', async () => {
    await running({ volumes: [volume] });
    const claim = cluster.get('PersistentVolumeClaim', 'data-shop')!;
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.put({ ...claim, metadata: { ...claim.metadata, deletionTimestamp } });
    cluster.ask({ volumes: [volume], image: image('2') });
    expect(await settle()).toBe('Terminating');
    expect(cluster.writes.at(-1)).toBe('apply Deployment shop');
    cluster.run();
    now += 6_000;
    await settle();
    expect(cluster.status()).toMatchObject({ phase: 'Progressing', reason: 'Terminating' });
    expect(ready()).toBe('False');
    await cluster.remove(claim);
    cluster.run();
    await settle();
    expect(cluster.status()).toMatchObject({ phase: 'Running' });
  });
});

describe('a claim that would go with its Rollout', () => {
  const owner = { apiVersion: 'v1', kind: 'Rollout', name: 'shop', uid: 'uid of shop' };
  const aClaim = (labels: Record<string, string> = {}): ClusterObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...{ name: 'data-shop', namespace: 'project1', ownerReferences: [owner] },
      labels: {
        'one-click.dev/deploymentId': 'shop',
        'one-click.dev/projectId': 'project1',
        ...labels,
      },
    },
    spec: { resources: { requests: { storage: '1Gi' } } },
  });
  const deleted = { 'davit.dev/retained': 'false' };
  const broken = { image: 'broken' as never };

  test.each<[string, Record<string, unknown>, { is?: object; owners: number }]>([
    ['of a spec that is wrong', { ...broken, volumes: [volume] }, { owners: 0 }],
    ['of a volume that is gone', {}, { owners: 0 }],
    ['of a spec that is wrong all over', { ...broken, volumes: 'broken' }, { owners: 0 }],
    ['that is to stay now', { ...broken, volumes: [volume] }, { is: deleted, owners: 0 }],
    ['that is to go', { ...broken, volumes: [{ ...volume, reclaim: 'Delete' }] }, { owners: 1 }],
    ['that was to go', broken, { is: deleted, owners: 1 }],
  ])('%s', async (_which, spec, { is = {}, owners }) => {
    cluster.put(aClaim(is as Record<string, string>));
    cluster.ask(spec);
    await settle();
    const { ownerReferences = [] } = cluster.get('PersistentVolumeClaim', 'data-shop')!.metadata;
    expect(ownerReferences).toHaveLength(owners);
  });
});

describe('an API server that keeps only a part of a status', () => {
  const known = ['deployment', 'cronjobs', 'interfaces', 'volumes'];
  beforeEach(() => {
    cluster.keeps = (status) =>
      Object.fromEntries(Object.entries(status).filter(([name]) => known.includes(name)));
  });

  test('gets no status twice, and is told about', async () => {
    cluster.ask({ rollback: 'auto' });
    await settle();
    cluster.run();
    await settle();
    now += 60_000;
    cluster.writes.splice(0);
    await settle();
    expect(cluster.writes).toEqual([]);
    expect(cluster.events).toContain('StatusNotKept');
    expect(lost.at(-1)).toContain('conditions');
    // what was written is known all the same
    expect(keptImage()).toBe('1');

    cluster.ask({ rollback: 'auto', image: image('2') });
    await settle();
    expect(cluster.writes).toContain('status Rollout shop');
  });

  test('gets all of it once it can keep it', async () => {
    cluster.ask({});
    await settle();
    cluster.keeps = (status) => status;
    cluster.run();
    await settle();
    expect(cluster.status()).toMatchObject({ phase: 'Running', observedGeneration: 1 });
    expect(lost.at(-1)).toEqual([]);
  });
});

test('beside an autoscaler a Deployment is only changed as it is known', async () => {
  const horizontalScale = { minReplicas: 1, maxReplicas: 5 };
  await running({ horizontalScale });
  const scale = (replicas: number): void => {
    const deployment = cluster.get('Deployment', 'shop')!;
    cluster.put({ ...deployment, spec: { ...(deployment.spec as object), replicas } });
  };
  scale(3);
  // it scales once more while the change is on its way
  cluster.refuse = (write) => void (write === 'apply Deployment shop' && scale(4));
  cluster.ask({ horizontalScale, image: image('2') });
  expect(await settle()).toBe('conflict');
  cluster.refuse = () => undefined;
  await settle();
  expect(cluster.get('Deployment', 'shop')).toMatchObject({
    spec: {
      replicas: 4,
      template: { spec: { containers: [{ image: 'docker.io/library/nginx:2' }] } },
    },
  });
});

test('what a webhook makes of a child is left at that, what somebody else does is not', async () => {
  await running({ networkPolicy: 'project' });
  const policy = (): ClusterObject => cluster.get('NetworkPolicy', 'shop')!;
  const opened = (object: ClusterObject, rule: object): ClusterObject => {
    const { ingress, ...rest } = object.spec as { ingress: object[] };
    return { ...object, spec: { ...rest, ingress: [...ingress, rule] } };
  };
  const theirs = { from: [{ namespaceSelector: {} }] };
  cluster.rewrites = (object) =>
    object.kind === 'NetworkPolicy' ? opened(object, theirs) : object;
  cluster.put(opened(policy(), {}));
  await settle();
  cluster.writes.splice(0);
  await settle();
  expect(cluster.writes).toEqual([]);
  expect(policy()).toMatchObject({ spec: { ingress: [{}, theirs] } });

  cluster.put(opened(policy(), {}));
  await settle();
  expect(cluster.writes).toEqual(['apply NetworkPolicy shop']);
  expect(policy()).toMatchObject({ spec: { ingress: [{}, theirs] } });
});
