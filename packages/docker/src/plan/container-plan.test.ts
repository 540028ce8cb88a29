import type { RolloutSpec } from '@davit/rollout';
import { expect, test } from 'vitest';
import { nanoCpus, wholeBytes } from './amounts.ts';
import { imageName, planHash, renderContainer } from './container-plan.ts';
import type { PlanSource } from './container-plan.ts';
import { ignoredFields } from './ignored-fields.ts';

const aSpec = (spec: Partial<RolloutSpec> = {}): RolloutSpec => ({
  image: { registry: 'docker.io', repository: 'library/nginx', tag: '1.27' },
  interfaces: [{ name: 'http', port: 80 }],
  ...spec,
});
const aSource = (spec: Partial<RolloutSpec> = {}, more: Partial<PlanSource> = {}): PlanSource => ({
  ...{ projectId: 'p', deploymentId: 'shop', spec: aSpec(spec), secrets: {}, salt: 's' },
  ...more,
});
const at = { name: 'shop-1', network: 'net', address: '10.88.0.2', labels: { a: 'b' } };

test('names images by tag, or by digest alone', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const image = { registry: 'r.io', repository: 'x/y', tag: `1@${digest}` };
  expect(imageName(aSpec())).toBe('docker.io/library/nginx:1.27');
  expect(imageName(aSpec({ image }))).toBe(`r.io/x/y@${digest}`);
});

test('has the same hash whatever changes nothing about the container', () => {
  const hash = planHash(aSource());
  const same: Partial<RolloutSpec>[] = [
    { horizontalScale: { minReplicas: 3, maxReplicas: 3 } },
    { suspend: true },
    { interfaces: [{ name: 'http', port: 80, ingress: { rules: [{ host: 'a', path: '/' }] } }] },
    { nodeSelector: { disk: 'ssd' } },
  ];
  for (const spec of same) expect(planHash(aSource(spec))).toBe(hash);
});

test('has another hash for another container', () => {
  const others = [
    aSource({ command: ['x'] }),
    aSource({ env: [{ name: 'A', value: '1' }] }),
    aSource({ interfaces: [{ name: 'http', port: 81 }] }),
    aSource({}, { secrets: { A: '1' } }),
    aSource({}, { secrets: { A: '2' } }),
    aSource({}, { restartedAt: 'now' }),
    aSource({}, { salt: 'other' }),
  ];
  const hashes = [aSource(), ...others].map(planHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('renders address, alias and volumes; secrets win over variables', () => {
  const spec = {
    env: [
      { name: 'A', value: 'plain' },
      { name: 'B', value: '' },
    ],
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
  };
  const options = renderContainer(aSource(spec, { secrets: { A: 'secret' } }), at);
  expect(options).toMatchObject({
    name: 'shop-1',
    Env: ['A=secret', 'B='],
    Labels: { a: 'b' },
    HostConfig: {
      NetworkMode: 'net',
      Mounts: [{ Type: 'volume', Source: 'data-shop', Target: '/data' }],
    },
    NetworkingConfig: {
      EndpointsConfig: {
        net: { IPAMConfig: { IPv4Address: '10.88.0.2' }, Aliases: ['http-shop-svc'] },
      },
    },
  });
  expect(options).not.toHaveProperty('User');
  expect(options).not.toHaveProperty('Entrypoint');
  expect(options.HostConfig).not.toHaveProperty('Memory');
});

test.each([
  ['64Mi', 67_108_864],
  ['1G', 1_000_000_000],
  ['1e3', 1000],
  ['0.5Gi', 536_870_912],
])('reads %s as %i bytes', (quantity, bytes) => expect(wholeBytes(quantity)).toBe(bytes));

test.each([
  ['500m', 500_000_000],
  ['2', 2_000_000_000],
  ['0.1', 100_000_000],
])('reads %s as %i billionths of a core', (quantity, nanos) => {
  expect(nanoCpus(quantity)).toBe(nanos);
});

test('names the fields that mean nothing on Docker', () => {
  expect(ignoredFields(aSpec(), { https: false })).toEqual([]);
  const ingress = { ingressClass: 'nginx', rules: [{ host: 'a.com', path: '/', tls: true }] };
  const spec = aSpec({
    interfaces: [{ name: 'http', port: 80, ingress }],
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi', storageClass: 'fast' }],
    serviceAccountName: 'me',
    securityContext: { seccompProfile: { type: 'Unconfined' } },
    horizontalScale: { minReplicas: 1, maxReplicas: 3 },
  });
  expect(ignoredFields(spec, { https: false })).toEqual([
    'horizontalScale.maxReplicas',
    'serviceAccountName',
    'securityContext.seccompProfile',
    'volumes[0].storageClass',
    'interfaces[0].ingress.ingressClass',
    'interfaces[0].ingress.rules[0].tls',
  ]);
});
