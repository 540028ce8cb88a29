import { expect, test } from 'vitest';
import type { Observed } from './observed.ts';
import type { RolloutResource } from './resource.ts';
import type { Revision } from './revision.ts';
import {
  readRevision,
  renderRevision,
  revisionHash,
  revisionInUse,
  specInUse,
} from './revision.ts';
import { statusOf } from './status/status-of.ts';
import { aDeployment, aPod, aRollout, ready } from './testing.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const good = aRollout({ rollback: 'auto', env: [{ name: 'A', value: 'ü' }] });
const revision: Revision = { hash: revisionHash(good.spec), spec: good.spec };
const bad = aRollout({ rollback: 'auto', command: ['false'] });
const failed = (): RolloutResource => {
  const cause = { reason: 'CrashLoopBackOff', message: 'it ended', time: '2026-01-01T00:00:00Z' };
  return { ...bad, status: { rollback: { revision: revisionHash(bad.spec), ...cause } } };
};
const works = (resource: RolloutResource): RolloutResource => ({
  ...resource,
  status: { phase: 'Running', observedGeneration: resource.metadata.generation! },
});

test('a spec that runs is kept, and can be read again', () => {
  const secret = renderRevision(works(good));
  expect(secret).toMatchObject({ kind: 'Secret', metadata: { name: 'shop-revision' } });
  expect(readRevision(secret)).toEqual(revision);
});

test('until the current spec runs, the one before is kept', () => {
  expect(renderRevision(bad)).toBeUndefined();
  expect(readRevision(renderRevision(bad, revision))).toEqual(revision);
  const old = { ...works(bad), metadata: { ...bad.metadata, generation: 9 } };
  expect(readRevision(renderRevision(old, revision))).toEqual(revision);
});

test('nothing is kept where nobody asked for it', () => {
  expect(renderRevision(works(aRollout()))).toBeUndefined();
  expect(renderRevision(works(aRollout({ rollback: 'auto', mode: 'job' })))).toBeUndefined();
});

test('stopping and scaling are no new revision', () => {
  const { spec } = aRollout({ ...good.spec, suspend: true, replicas: 3 });
  expect(revisionHash(spec)).toBe(revision.hash);
  expect(specInUse(spec, { hash: 'x', spec: bad.spec })).toEqual({
    ...bad.spec,
    suspend: true,
    replicas: 3,
  });
});

test('the kept spec is in use exactly while the one that failed is asked for', () => {
  expect(revisionInUse(failed(), revision)).toBe(revision);
  expect(revisionInUse(bad, revision)).toBeUndefined();
  expect(revisionInUse(failed(), undefined)).toBeUndefined();
  const next = { ...failed(), spec: { ...bad.spec, args: ['x'] } };
  expect(revisionInUse(next, revision)).toBeUndefined();
  const manual = { ...failed(), spec: { ...bad.spec, rollback: 'manual' as const } };
  expect(revisionInUse(manual, revision)).toBeUndefined();
});

const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
const observed = (deployment: Observed['deployment'], more: Partial<Observed> = {}): Observed => ({
  pods: [aPod('shop-1')],
  pvcs: [],
  services: [],
  revision,
  ...(deployment ? { deployment } : {}),
  ...more,
});
const stuck = aDeployment({
  replicas: 2,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  conditions: [late],
});

test('a spec that misses its deadline is given up, and why is said', () => {
  const status = statusOf(bad, observed(stuck), NOW);
  expect(status.rollback).toEqual({
    revision: revisionHash(bad.spec),
    reason: 'ProgressDeadlineExceeded',
    message: '',
    time: '2026-01-02T03:04:05Z',
  });
});

test.each<[string, RolloutResource, Observed]>([
  ['manual', aRollout({ command: ['false'] }), observed(stuck)],
  ['the spec is the one that worked', good, observed(stuck)],
  [
    'the deadline is of the Deployment before',
    bad,
    observed({ ...stuck, metadata: { name: 'shop', generation: 4 } }),
  ],
  ['there is time left', bad, observed(aDeployment({ replicas: 2, updatedReplicas: 1 }))],
])('nothing is given up when %s', (_what, resource, cluster) => {
  expect(statusOf(resource, cluster, NOW).rollback).toBeUndefined();
});

test('after going back it is degraded, with the cause, and stays there', () => {
  const cluster = observed(aDeployment(ready(1)), { rolledBack: true });
  const status = statusOf(failed(), cluster, NOW);
  expect(status).toMatchObject({
    phase: 'Degraded',
    reason: 'RolledBack',
    message:
      'The newest spec failed (CrashLoopBackOff: it ended); the last one that worked is in its place.',
    rollback: failed().status!.rollback,
  });
  const going = statusOf(
    failed(),
    observed(aDeployment({ replicas: 1 }), { rolledBack: true }),
    NOW,
  );
  expect(going).toMatchObject({ phase: 'Progressing', reason: 'RollingBack' });
});
