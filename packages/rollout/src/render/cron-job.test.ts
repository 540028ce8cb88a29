import { expect, test } from 'vitest';
import type { Child } from '../resource.ts';
import type { RolloutCronJob, RolloutSpec } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { renderChildren } from './children.ts';
import { cronRunName, renderCronJob } from './cron-job.ts';

const image = { registry: 'docker.io', repository: 'library/busybox', tag: '1' };
const tidy: RolloutCronJob = { name: 'tidy', schedule: '@daily', image };

interface Spec {
  suspend: boolean;
  jobTemplate: {
    metadata: { labels: Record<string, string> };
    spec: { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
  };
}
interface PodSpec {
  containers: Record<string, unknown>[];
  [field: string]: unknown;
}
const specOf = (cron: Partial<RolloutCronJob> = {}, spec: Partial<RolloutSpec> = {}): Spec =>
  renderCronJob(aRollout(spec), { ...tidy, ...cron }).spec as Spec;
const podOf = (cron?: Partial<RolloutCronJob>, spec?: Partial<RolloutSpec>): PodSpec =>
  specOf(cron, spec).jobTemplate.spec.template.spec;

test('Services and autoscalers of the app do not see pods of its cron jobs', () => {
  const { metadata, spec } = specOf().jobTemplate;
  expect(metadata.labels).toMatchObject({ 'one-click.dev/deploymentId': 'shop' });
  expect(spec.template.metadata.labels).toEqual({
    'one-click.dev/projectId': 'project1',
    'davit.dev/cron-job-of': 'shop',
    'davit.dev/cron-job': 'tidy',
  });
});

test('it stands alone unless it is to be like the app', () => {
  const app = {
    env: [
      { name: 'A', value: 'app' },
      { name: 'B', value: 'app' },
    ],
    secrets: [{ name: 'S', value: 'x' }],
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    nodeSelector: { disk: 'ssd' },
    serviceAccountName: 'robot',
  };
  const env = [{ name: 'A', value: 'job' }];
  expect(podOf({ env }, app)).toEqual({
    restartPolicy: 'Never',
    containers: [{ name: 'tidy', image: 'docker.io/library/busybox:1', env }],
  });
  expect(podOf({ env, inherit: true }, app)).toMatchObject({
    serviceAccountName: 'robot',
    nodeSelector: { disk: 'ssd' },
    volumes: [{ name: 'data-shop' }],
    containers: [
      {
        env: [{ name: 'B', value: 'app' }, ...env],
        envFrom: [{ secretRef: { name: 'shop-secrets' } }],
        volumeMounts: [{ name: 'data-shop', mountPath: '/data' }],
      },
    ],
  });
});

const rights = { runAsUser: 7, fsGroup: 8, runAsNonRoot: true };

test.each<[string, Partial<RolloutCronJob>, object]>([
  ['no', {}, {}],
  [
    "the app's, when it is like it",
    { inherit: true },
    { pod: { fsGroup: 8, runAsUser: 7 }, container: { runAsNonRoot: true } },
  ],
  ['its own', { securityContext: { runAsUser: 1 } }, { pod: { runAsUser: 1 } }],
  [
    "its own in place of the app's",
    { inherit: true, securityContext: { privileged: false } },
    { container: { privileged: false } },
  ],
])('a job has %s rights', (_what, cron, expected) => {
  const { securityContext: pod, containers } = podOf(cron, { securityContext: rights });
  expect({ pod, container: containers[0]!.securityContext }).toEqual(expected);
});

test('a run that fails is tried again only where that was asked for', () => {
  expect(specOf().jobTemplate.spec).toMatchObject({ backoffLimit: 0 });
  expect(specOf({ backoffLimit: 3 }).jobTemplate.spec).toMatchObject({ backoffLimit: 3 });
});

test('a stopped app starts no runs', () => {
  expect(specOf().suspend).toBe(false);
  expect(specOf({ suspend: true }).suspend).toBe(true);
  expect(specOf({}, { suspend: true }).suspend).toBe(true);
});

test('credentials of a cron job make its own pull Secret', () => {
  const secured = { ...tidy, image: { ...image, username: 'u', password: 'p' } };
  expect(podOf(secured).imagePullSecrets).toEqual([{ name: 'tidy-imagepullsecret' }]);
  const children = renderChildren(aRollout({ cronjobs: [secured] }));
  expect(children.map(({ metadata }) => metadata.name)).toContain('tidy-imagepullsecret');
});

const runAt = '2026-01-01T00:00:00Z';
const runs = (children: Child[]): string[] =>
  children.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);

test('a run by hand is started once, kept while it exists, and not made again', () => {
  const asked = { ...tidy, runAt };
  const name = cronRunName(asked);
  const rollout = aRollout({ cronjobs: [asked] });
  expect(runs(renderChildren(rollout))).toEqual([name]);

  const ran = { ...rollout, status: { cronjobs: [{ name: 'tidy', runAt }] } };
  expect(runs(renderChildren(ran, { jobs: new Set([name]) }))).toEqual([name]);
  expect(runs(renderChildren(ran))).toEqual([]);
  const again = { ...tidy, runAt: '2026-01-02T00:00:00Z' };
  expect(runs(renderChildren({ ...ran, spec: { ...ran.spec, cronjobs: [again] } }))).toEqual([
    cronRunName(again),
  ]);
  const back = { ...tidy, runAt: '2025-12-31T00:00:00Z' };
  expect(runs(renderChildren({ ...ran, spec: { ...ran.spec, cronjobs: [back] } }))).toEqual([]);
});
