import { readdirSync, readFileSync } from 'node:fs';
import type { RolloutSpec } from '@davit/rollout';
import type { Cluster } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { noCluster, theCluster } from './provided.ts';
import { operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';

const manifests = new URL('../fixtures/manifests/', import.meta.url);
const files = readdirSync(manifests).filter((name) => /\.(yaml|json)$/.test(name));
const patient = { timeout: 30_000, interval: 100 };

interface Manifest {
  name: string;
  spec: RolloutSpec;
}

/** The originals' images are not here; ours listens where the first interface is. */
function manifestsIn(file: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(new URL(file, manifests), 'utf8'));
  return documents.map((document, index) => {
    const { metadata, spec } = document.toJS() as {
      metadata?: { name?: string };
      spec: RolloutSpec;
    };
    const image = { ...spec.image, registry: 'davit.test', repository: 'web', tag: '1' };
    const port = spec.interfaces?.[0]?.port ?? 8080;
    const env = [...(spec.env ?? []), { name: 'PORT', value: String(port) }];
    const ours = { ...spec, image, env };
    delete ours.command;
    delete ours.args;
    return { name: metadata?.name ?? `app${index}`, spec: ours };
  });
}

/** What the original makes of a manifest: kinds and names, without what it made on the side by mistake. */
function childrenOf({ name, spec }: Manifest): string[] {
  const { interfaces = [], volumes = [], cronjobs = [], horizontalScale: scale } = spec;
  const secured = ({ username = '', password = '' }): boolean => username !== '' && password !== '';
  const ingresses = interfaces.filter(({ ingress }) => (ingress?.rules ?? []).length > 0);
  return [
    `ServiceAccount/${spec.serviceAccountName || `${name}-sa`}`,
    ...volumes.map((volume) => `PersistentVolumeClaim/${volume.name}-${name}`),
    `Secret/${name}-secrets`,
    ...(secured(spec.image) ? [`Secret/${name}-imagepullsecret`] : []),
    `Deployment/${name}`,
    ...interfaces.map((port) => `Service/${port.name}-${name}-svc`),
    ...ingresses.map((port) => `Ingress/${port.name}-${name}-ingress`),
    ...(scale && scale.maxReplicas > scale.minReplicas ? [`HorizontalPodAutoscaler/${name}`] : []),
    ...cronjobs.flatMap((cron) => [
      `CronJob/${cron.name}`,
      ...(secured(cron.image) ? [`Secret/${cron.name}-imagepullsecret`] : []),
    ]),
  ];
}

const KINDS = 'sa,pvc,secret,deployment,service,ingress,hpa,cronjob';

interface Found {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: Fields;
}

async function found(world: OperatorWorld): Promise<Found[]> {
  const { items } = JSON.parse(await world.kubectl('get', KINDS, '-o', 'json')) as {
    items: Found[];
  };
  return items.filter(({ metadata }) => metadata.name !== 'default');
}

const named = ({ kind, metadata }: Found): string => `${kind}/${metadata.name}`;

describe.skipIf(noCluster)("One-Click's manifests on a real node", () => {
  let cluster: Cluster;
  let world: OperatorWorld;
  /** what outlives a Rollout: its data, and accounts that others may use */
  const retained = new Set<string>();

  beforeAll(async () => {
    cluster = await theCluster();
    world = await operatorWorld(cluster);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.each(files)('%s becomes the objects it always became, which go with it', async (file) => {
    const rollouts = manifestsIn(file);
    await world.apply(
      ...rollouts.map(({ name, spec }) => ({
        apiVersion: 'one-click.dev/v1alpha1',
        kind: 'Rollout',
        metadata: { name, namespace: world.namespace },
        spec,
      })),
    );
    const expected = new Set([...rollouts.flatMap(childrenOf), ...retained]);
    const objects = await vi.waitFor(async () => {
      const all = await found(world);
      expect(all.map(named).sort()).toEqual([...expected].sort());
      return all;
    }, patient);
    for (const rollout of rollouts) {
      expectDetails(rollout, objects, world.namespace);
      await world.status(rollout.name, {});
    }
    await world.kubectl('delete', 'rollout', '--all');
    for (const name of expected) {
      const account = rollouts.some(
        ({ spec }) => name === `ServiceAccount/${spec.serviceAccountName}`,
      );
      if (name.startsWith('PersistentVolumeClaim/') || account) retained.add(name);
    }
    await vi.waitFor(async () => {
      expect((await found(world)).map(named).sort()).toEqual([...retained].sort());
    }, patient);
  });
});

/** The parts of each object that users of the original rely on. */
function expectDetails({ name, spec }: Manifest, objects: Found[], namespace: string): void {
  const labels = { 'one-click.dev/projectId': namespace, 'one-click.dev/deploymentId': name };
  const of = (kind: string, object: string): Found | undefined =>
    objects.find(({ kind: is, metadata }) => is === kind && metadata.name === object);
  expect(of('Deployment', name)).toMatchObject({
    metadata: { labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name, image: 'davit.test/web:1' }] },
      },
    },
  });
  for (const port of spec.interfaces ?? []) {
    expect(of('Service', `${port.name}-${name}-svc`)).toMatchObject({
      metadata: { labels },
      spec: {
        type: 'ClusterIP',
        selector: labels,
        ports: [{ name: port.name, port: port.port, targetPort: port.port, protocol: 'TCP' }],
      },
    });
    const rules = port.ingress?.rules ?? [];
    if (rules.length === 0) continue;
    expect(of('Ingress', `${port.name}-${name}-ingress`)).toMatchObject({
      metadata: { labels },
      spec: {
        rules: rules.map(({ path }) => ({
          http: { paths: [{ path, pathType: 'ImplementationSpecific' }] },
        })),
      },
    });
  }
  for (const cron of spec.cronjobs ?? []) {
    expect(of('CronJob', cron.name)?.spec).toMatchObject({ schedule: cron.schedule });
  }
}
