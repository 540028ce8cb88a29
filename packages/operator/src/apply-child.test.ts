import type { ClusterObject, RolloutCluster } from '@davit/domain';
import { renderDeployment } from '@davit/rollout';
import type { LiveDeployment, RolloutResource, RolloutSpec } from '@davit/rollout';
import { expect, test } from 'vitest';
import { applyChild } from './apply-child.ts';
import { Contention } from './contention.ts';
import { Rewritten } from './rewritten.ts';

const clock = { now: () => 0, after: () => () => undefined };
const image = { registry: 'docker.io', repository: 'library/nginx', tag: '1' };

function aRollout(change: Partial<RolloutSpec> = {}): RolloutResource {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'project1', uid: 'uid-1' },
    spec: { image, ...change },
  };
}

/** What becomes of a Deployment in a cluster that has this one, or none. */
async function apply(
  child: object,
  live?: ClusterObject,
): Promise<{ result: string; written: ClusterObject | undefined }> {
  let written: ClusterObject | undefined;
  const write = (object: ClusterObject): Promise<void> => {
    written = object;
    return Promise.resolve();
  };
  const cluster = { find: () => live, create: write, apply: write } as unknown as RolloutCluster;
  const result = await applyChild(child as ClusterObject, {
    cluster,
    contention: new Contention(clock),
    rewritten: new Rewritten(),
    rollout: aRollout() as unknown as ClusterObject,
    signal: new AbortController().signal,
  });
  return { result, written };
}

/** As an operator with an older renderer left it, and as the API server keeps it. */
async function olderDeployment(): Promise<ClusterObject> {
  const older = renderDeployment(aRollout()) as ClusterObject;
  const annotations = { ...older.metadata.annotations, 'davit.dev/renderer-version': '1' };
  const { written } = await apply({ ...older, metadata: { ...older.metadata, annotations } });
  const live = structuredClone(written) as ClusterObject & { spec: { template: Template } };
  Object.assign(live.spec.template.spec, { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always' });
  return live;
}
interface Template {
  metadata: { annotations: Record<string, string> };
  spec: Record<string, unknown>;
}

test('what an older operator made of the same spec is not written again', async () => {
  const live = await olderDeployment();
  const child = renderDeployment(aRollout(), live as unknown as LiveDeployment);
  expect(await apply(child, live)).toEqual({ result: 'unchanged', written: undefined });
});

test.each([
  ['another image', { image: { ...image, tag: '2' } }],
  ['a variable', { env: [{ name: 'A', value: '1' }] }],
  ['a restart', { restartedAt: '2026-01-01T00:00:00Z' }],
  ['another strategy', { rolloutStrategy: 'recreate' as const }],
  ['more instances', { replicas: 2 }],
])('%s is', async (_what, change) => {
  const live = await olderDeployment();
  const child = renderDeployment(aRollout(change), live as unknown as LiveDeployment);
  expect(await apply(child, live)).toMatchObject({ result: 'updated' });
});

test.each([
  ['a Rollout of this name that is gone', { kind: 'Rollout', name: 'shop' }, 'Terminating'],
  ['another Rollout', { kind: 'Rollout', name: 'blog' }, 'NameConflict'],
])('what belongs to %s is not written', async (_whose, owner, reason) => {
  const child = renderDeployment(aRollout());
  const ownerReferences = [{ apiVersion: 'one-click.dev/v1alpha1', uid: 'uid-0', ...owner }];
  const live = { ...child, metadata: { ...child.metadata, ownerReferences } } as ClusterObject;
  await expect(apply(child, live)).rejects.toMatchObject({ reason });
});
