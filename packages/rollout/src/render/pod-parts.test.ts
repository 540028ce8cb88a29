import { expect, test } from 'vitest';
import type { RolloutSpec } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { fileKey, renderConfigMap } from './config-map.ts';
import { renderPodTemplate } from './pod-template.ts';

interface PodSpec {
  containers: [Record<string, unknown>];
  initContainers?: Record<string, unknown>[];
  [field: string]: unknown;
}
const podOf = (spec: Partial<RolloutSpec>): PodSpec =>
  renderPodTemplate(aRollout(spec)).spec as PodSpec;
const interfaces = [{ name: 'http', port: 8080 }];
const image = { registry: 'docker.io', repository: 'library/busybox', tag: '1' };

test('probes mean the first interface unless they name a port', () => {
  const [app] = podOf({
    interfaces,
    probes: {
      readiness: { http: { path: '/ready' }, periodSeconds: 1 },
      liveness: { tcp: { port: 9000 } },
      startup: { exec: { command: ['true'] }, failureThreshold: 30 },
    },
  }).containers;
  expect(app).toMatchObject({
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
    livenessProbe: { tcpSocket: { port: 9000 } },
    startupProbe: { exec: { command: ['true'] }, failureThreshold: 30 },
  });
});

test('draining and grace are those asked for', () => {
  expect(podOf({ interfaces, drainSeconds: 20 })).toMatchObject({
    terminationGracePeriodSeconds: 50,
    containers: [{ lifecycle: { preStop: { sleep: { seconds: 20 } } } }],
  });
  const none = podOf({ interfaces, drainSeconds: 0, terminationGracePeriodSeconds: 7 });
  expect(none.terminationGracePeriodSeconds).toBe(7);
  expect(none.containers[0]).not.toHaveProperty('lifecycle');
});

test.each([
  [35, 5],
  [5, 5],
  [3, 3],
  [0, undefined],
])(
  'with a grace period of %i s the usual drain is %s',
  (terminationGracePeriodSeconds, seconds) => {
    const { lifecycle } = podOf({ interfaces, terminationGracePeriodSeconds }).containers[0];
    expect(lifecycle).toEqual(
      seconds === undefined ? undefined : { preStop: { sleep: { seconds } } },
    );
  },
);

test('a seccomp profile is one of the pod, and of a helper its own', () => {
  const seccompProfile = { type: 'RuntimeDefault' as const };
  const other = { type: 'Localhost' as const, localhostProfile: 'profiles/proxy.json' };
  const pod = podOf({
    securityContext: { seccompProfile },
    sidecars: [{ name: 'proxy', image, securityContext: { seccompProfile: other } }],
  });
  expect(pod.securityContext).toEqual({ seccompProfile });
  expect(pod.containers[0]).not.toHaveProperty('securityContext');
  expect(pod.initContainers?.[0]?.securityContext).toEqual({ seccompProfile: other });
});

test('files are mounted one by one, and a changed one starts new pods', () => {
  const files = [{ path: '/etc/app/config.yaml', content: 'a: 1' }];
  const pod = podOf({ files });
  const subPath = fileKey('/etc/app/config.yaml');
  expect(pod).toMatchObject({
    volumes: [{ name: 'davit--files', configMap: { name: 'shop-files' } }],
    containers: [{ volumeMounts: [{ mountPath: '/etc/app/config.yaml', subPath }] }],
  });
  expect(renderConfigMap(aRollout({ files }))).toMatchObject({ data: { [subPath]: 'a: 1' } });
  const annotations = (content: string): unknown =>
    renderPodTemplate(aRollout({ files: [{ path: '/a', content }] })).metadata?.annotations;
  expect(annotations('1')).not.toEqual(annotations('2'));
});

test('different paths never share a key', () => {
  expect(fileKey('/a/b')).not.toBe(fileKey('/a_b'));
  expect(fileKey('/etc/süß name.txt')).toMatch(/^[-._a-zA-Z0-9]+$/);
});

test('existing Secrets and ConfigMaps become variables and files', () => {
  expect(
    podOf({
      envFrom: [{ secretName: 's', prefix: 'P_' }, { configMapName: 'c' }],
      mounts: [
        { secretName: 's', mountPath: '/s' },
        { configMapName: 'c', mountPath: '/c' },
      ],
    }),
  ).toMatchObject({
    volumes: [
      { name: 'davit--mount-0', secret: { secretName: 's' } },
      { name: 'davit--mount-1', configMap: { name: 'c' } },
    ],
    containers: [
      {
        envFrom: [{ prefix: 'P_', secretRef: { name: 's' } }, { configMapRef: { name: 'c' } }],
        volumeMounts: [
          { name: 'davit--mount-0', mountPath: '/s', readOnly: true },
          { name: 'davit--mount-1', mountPath: '/c', readOnly: true },
        ],
      },
    ],
  });
});

test('sidecars are up before init containers run, and go on', () => {
  const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
  const { initContainers } = podOf({
    volumes,
    secrets: [{ name: 'S', value: 'x' }],
    sidecars: [{ name: 'proxy', image }],
    initContainers: [
      { name: 'migrate', image, secrets: true, mounts: [{ volume: 'data', mountPath: '/d' }] },
    ],
  });
  const lastWords = { terminationMessagePolicy: 'FallbackToLogsOnError' };
  const helper = { image: 'docker.io/library/busybox:1', ...lastWords };
  expect(initContainers).toEqual([
    { ...helper, name: 'proxy', restartPolicy: 'Always' },
    {
      ...helper,
      name: 'migrate',
      envFrom: [{ secretRef: { name: 'shop-secrets' } }],
      volumeMounts: [{ name: 'data-shop', mountPath: '/d' }],
    },
  ]);
});

test('instances are spread by the labels of their own pods', () => {
  const topologySpread = [{ topologyKey: 'topology.kubernetes.io/zone' }];
  expect(podOf({ topologySpread }).topologySpreadConstraints).toMatchObject([
    {
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { 'one-click.dev/deploymentId': 'shop' } },
    },
  ]);
});
