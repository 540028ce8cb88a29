import { readFileSync } from 'node:fs';
import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields } from './operator-world.ts';
import { testTitles } from './test-titles.ts';

const patient = { timeout: 60_000, interval: 100 };
const render = 'packages/rollout/src/render';

/** What One-Click's operator did wrong, and what Davit does on purpose in another way: file and title of the test that would tell if it came back. */
const PINNED: Record<string, readonly (readonly [file: string, title: string])[]> = {
  'a shared ServiceAccount went with the first Rollout that named it': [
    [
      'test/cluster/operator-kubectl.test.ts',
      'an account that two share stays when one of them goes',
    ],
    [`${render}/service-account.test.ts`, 'a named account is shared and belongs to nobody'],
  ],
  'stopping, or removing a volume or a Rollout, destroyed data': [
    ['test/cluster/operator.test.ts', 'scales as told, stops when suspended, and keeps the volume'],
    [`${render}/persistent-volume-claim.test.ts`, 'a claim outlives its Rollout'],
    [
      'test/cluster/operator-children.test.ts',
      'every kind is made, left alone, and removed when it is not asked for any more',
    ],
  ],
  'Services and autoscalers counted pods of cron jobs': [
    ['test/cluster/operator-pods.test.ts', 'Services send nothing to pods of cron jobs'],
    [
      `${render}/cron-job.test.ts`,
      'Services and autoscalers of the app do not see pods of its cron jobs',
    ],
  ],
  'a bad quantity crashed the operator': [
    ['test/cluster/pinned.test.ts', 'a quantity that is none is refused, and the others go on'],
  ],
  'growing a volume hung the operator, or skipped the other volumes': [
    ['test/cluster/pinned.test.ts', 'a volume that cannot grow is told, and holds up nothing else'],
    ['packages/operator/src/claim-change.test.ts', 'a claim grows and never shrinks'],
  ],
  'everything was written again at each look, with events': [
    ['test/cluster/operator.test.ts', 'makes the children, and then writes nothing'],
    [
      'test/cluster/operator-children.test.ts',
      'every kind is made, left alone, and removed when it is not asked for any more',
    ],
  ],
  "kubectl's restart was undone": [
    [
      'test/cluster/operator-kubectl.test.ts',
      "kubectl's own restart of the Deployment is not undone",
    ],
    [`${render}/deployment.test.ts`, "kubectl's restart is left to kubectl"],
  ],
  'the order of pods and Services in the status was by chance': [
    [
      'packages/rollout/src/status/status-of.test.ts',
      'the same state gives the same status, whatever the order of the lists',
    ],
  ],
  'Rollouts of the same name in other namespaces leaked into the status': [
    [
      'test/cluster/pinned.test.ts',
      'Rollouts of the same name in two namespaces know nothing of each other',
    ],
  ],
  'objects of others, and cron jobs of other Rollouts, were overwritten': [
    ['test/cluster/operator.test.ts', 'does not touch an object of somebody else, and says so'],
    [
      'test/cluster/operator-children.test.ts',
      'a cron job of another Rollout is a conflict, and stays as it is',
    ],
  ],
  'hosts that shared a Secret got certificates that fought': [
    [
      `${render}/network.test.ts`,
      'hosts that share a Secret share one TLS entry: one certificate for all of them',
    ],
  ],
  'annotations of others on an Ingress were wiped, and its class could not be unset': [
    [
      'test/cluster/operator-children.test.ts',
      'what others add to an Ingress stays; what they change of ours is put back',
    ],
  ],
  'one field of a security context set others to root': [
    [`${render}/deployment.test.ts`, 'only what is set of the security context is written'],
  ],
  'a volume of one node met a rolling update': [
    [`${render}/deployment.test.ts`, 'a volume of many nodes lets instances overlap'],
    [`${render}/deployment.test.ts`, 'strategy of %j'],
  ],
  'specs that could not work were found out by the objects made of them, without a word': [
    ['test/cluster/crd.test.ts', 'refuses %s with the words of its twin'],
    [
      'test/cluster/operator-children.test.ts',
      'a spec that is wrong in a way no rule can say is refused, and what runs goes on',
    ],
    [
      'test/cluster/operator.test.ts',
      'says which field the API server refuses, and runs on with what it had',
    ],
    [
      'packages/rollout/src/names.test.ts',
      'long names are cut and told apart by a hash of the whole',
    ],
    ['test/cluster/pinned.test.ts', 'the longest names become objects the API server takes'],
  ],
  'one failing child held up the others and the status': [
    [
      'test/cluster/operator-kubectl.test.ts',
      'an Ingress that is refused is told, and holds up nothing else',
    ],
  ],
  'most drift was never repaired, and pull Secrets stayed behind': [
    ['test/cluster/operator.test.ts', 'repairs what it owns and leaves the rest alone'],
    [
      'test/cluster/operator-children.test.ts',
      'every kind is made, left alone, and removed when it is not asked for any more',
    ],
  ],
  'an empty storage class left the claim pending': [
    [
      `${render}/persistent-volume-claim.test.ts`,
      'an empty storage class is the default of the cluster',
    ],
  ],
  'the number of replicas is left to an autoscaler': [
    [
      'test/cluster/operator-children.test.ts',
      'the autoscaler decides how many run, and is not fought',
    ],
  ],
  'an ended rollout that was changed stopped the app': [
    [
      'test/api/rollouts.test.ts',
      'does not start anything when an ended rollout is hidden or given another end',
    ],
  ],
  'a project with auto-updates could not be deleted': [
    [
      'test/api/rollouts.test.ts',
      'takes everything along when a project is deleted, auto-updates too',
    ],
  ],
  'without a cluster nothing started, not even a migration': [
    ['test/api/platform.test.ts', 'says that a rollout waits for an engine'],
    ['test/api/rollouts.test.ts', 'says that there is no engine, and how to get one'],
  ],
  'the operator it replaces is not fought, and what it made is taken over as it runs': [
    ['test/cluster/operator.test.ts', "does nothing while One-Click's operator is at work"],
    ['apps/operator/src/yielding-lease.test.ts', 'an answer %s tells nothing of an end'],
    [
      'test/cluster/operator.test.ts',
      'takes over from the original operator without touching a pod',
    ],
  ],
};

test.each(Object.entries(PINNED))('pinned by a test: %s', (_what, pins) => {
  for (const [file, title] of pins) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(testTitles(source).has(title), `${file}: ${title}`).toBe(true);
  }
});

test('what is skipped, or only mentioned, pins nothing', () => {
  const source = `
    // test('in a comment', () => {});
    /* test('in another', () => {}); */
    const text = "test('in a text', () => {})";
    test.skip('skipped', () => {});
    test.todo('to be done');
    describe.skip('a group', () => { test('in a skipped group', () => {}); });
    describe.runIf(there)('a group', () => {
      test('runs', () => {});
      test.each([1])('runs for %s', () => {});
      test.skipIf(away)('runs where it can', () => {});
    });`;
  expect([...testTitles(source)]).toEqual(['runs', 'runs for %s', 'runs where it can']);
});

describe.runIf(has('api'))('what the original got wrong', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test('a quantity that is none is refused, and the others go on', async () => {
    await using world = await operatorWorld(plane);
    const bad = { requests: { cpu: 'abc', memory: '16Mi' } };
    const { namespace } = world;
    await expect(world.apply(aRollout(namespace, { resources: bad }, 'bad'))).rejects.toThrow(
      /cpu/,
    );
    // an older definition let it through
    const version = ['get', 'crd', 'rollouts.one-click.dev', '-o', 'json'];
    const crd = JSON.parse(await plane.kubectl(...version)) as Crd;
    for (const { schema } of crd.spec.versions)
      schema.openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const strict = await plane.kubectl(...version);
    await plane.apply({ ...crd, metadata: { name: crd.metadata.name } });
    await vi.waitFor(() => world.apply(aRollout(namespace, { resources: bad }, 'bad')), patient);
    await world.apply(aRollout(namespace, {}, 'good'));
    await vi.waitFor(() => world.get('deployment', 'good'), patient);
    await world.status('bad', { reason: 'InvalidSpec' });
    await world.kubectl('delete', 'rollout', 'bad');
    const { spec, metadata, apiVersion, kind } = JSON.parse(strict) as Crd & Fields;
    await plane.apply({ apiVersion, kind, spec, metadata: { name: metadata.name } });
  });

  test('a volume that cannot grow is told, and holds up nothing else', async () => {
    await using world = await operatorWorld(plane);
    await plane.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fixed' },
      provisioner: 'example.com/none',
      allowVolumeExpansion: false,
    });
    const spec = (size: string): Fields => ({
      volumes: ['a', 'b'].map((name) => ({
        ...{ name, mountPath: `/${name}`, size },
        storageClass: 'fixed',
      })),
    });
    await world.apply(aRollout(world.namespace, spec('1Gi')));
    for (const name of ['a', 'b']) await world.apply(volumeFor(`${name}-web`, world.namespace));
    await vi.waitFor(async () => {
      const phases = await world.kubectl('get', 'pvc', '-o', 'jsonpath={.items[*].status.phase}');
      expect(phases).toBe('Bound Bound');
    }, patient);
    const image = { registry: 'davit.test', repository: 'web', tag: '2' };
    await world.apply(aRollout(world.namespace, { ...spec('2Gi'), image }));
    await vi.waitFor(async () => {
      const { status } = await world.get<{ status: Fields }>('rollout', 'web');
      const { conditions } = status as { conditions: Fields[] };
      const message = expect.stringMatching(/a-web.*resize/s) as string;
      expect(conditions).toContainEqual(
        expect.objectContaining({ type: 'Stalled', status: 'True', message }),
      );
    }, patient);
    const deployment = await world.get('deployment', 'web');
    expect(JSON.stringify(deployment)).toContain('davit.test/web:2');
  });

  test('Rollouts of the same name in two namespaces know nothing of each other', async () => {
    await using one = await operatorWorld(plane);
    const other = `${one.namespace}-other`;
    await plane.kubectl('create', 'namespace', other);
    await using all = await operatorWorld(plane, { allNamespaces: true });
    await one.stop();
    const port = (name: string): Fields => ({ interfaces: [{ name, port: 8080 }] });
    await all.apply(aRollout(one.namespace, port('http')), aRollout(other, port('admin')));
    const services = async (namespace: string): Promise<unknown> => {
      const text = await plane.kubectl('-n', namespace, 'get', 'ro', 'web', '-o', 'json');
      const { status } = JSON.parse(text) as { status?: { services?: { name: string }[] } };
      return status?.services?.map(({ name }) => name);
    };
    await vi.waitFor(async () => {
      expect(await services(one.namespace)).toEqual(['http-web-svc']);
      expect(await services(other)).toEqual(['admin-web-svc']);
    }, patient);
    await plane.kubectl('delete', 'rollout', 'web', '-n', other);
    await all.settled();
    await one.get('service', 'http-web-svc');
    await plane.kubectl('delete', 'namespace', other, '--wait=false');
  });

  test('the longest names become objects the API server takes', async () => {
    await using world = await operatorWorld(plane);
    const name = 'a'.repeat(63);
    const interfaces = [
      { name: 'p'.repeat(15), port: 8080, ingress: { rules: [{ host: 'a.example', path: '/' }] } },
    ];
    const volumes = [{ name: 'v'.repeat(63), mountPath: '/v', size: '1Gi' }];
    await world.apply(aRollout(world.namespace, { interfaces, volumes }, name));
    const status = await world.status(name, { updatedReplicas: 1 });
    expect(status.services).toHaveLength(1);
    expect(status.message ?? '').not.toMatch(/must be|invalid/i);
    expect(await world.writesAfterRestart()).toEqual([]);
  });
});

/** One that is there already, for this claim alone. */
function volumeFor(claim: string, namespace: string): Fields {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${claim}-${namespace}` },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      storageClassName: 'fixed',
      claimRef: { namespace, name: claim },
      hostPath: { path: '/var/empty' },
    },
  };
}

interface Crd {
  metadata: { name: string };
  spec: { versions: { schema: Fields }[] };
}
