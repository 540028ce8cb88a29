import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { everything } from './everything.ts';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';

const patient = { timeout: 30_000, interval: 50 };
const KINDS =
  'sa,pvc,secret,configmap,deployment,service,ingress,hpa,pdb,networkpolicy,cronjob,job';

async function childrenOf(world: OperatorWorld): Promise<string[]> {
  const text = await world.kubectl('get', KINDS, '-o', 'name');
  return text
    .trim()
    .split('\n')
    .filter((name) => !/\/(default|kube-root-ca\.crt)$/.test(name))
    .sort();
}

describe.runIf(has('api'))('the children of a Rollout on a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  const apply = (world: OperatorWorld, spec: Fields): Promise<string> =>
    world.apply(aRollout(world.namespace, spec));

  test('every kind is made, left alone, and removed when it is not asked for any more', async () => {
    await using world = await operatorWorld(plane);
    await apply(world, everything);
    const all = [
      'configmap/web-files',
      'cronjob.batch/tidy',
      'deployment.apps/web',
      'horizontalpodautoscaler.autoscaling/web',
      'ingress.networking.k8s.io/http-web-ingress',
      'networkpolicy.networking.k8s.io/web',
      'persistentvolumeclaim/kept-web',
      'persistentvolumeclaim/scratch-web',
      'poddisruptionbudget.policy/web',
      'secret/web-imagepullsecret',
      'secret/web-secrets',
      'service/http-web-svc',
      'serviceaccount/web-sa',
    ];
    await vi.waitFor(async () => expect(await childrenOf(world)).toEqual(all), patient);
    expect(await world.writesAfterRestart()).toEqual([]);

    await apply(world, {});
    await vi.waitFor(async () => {
      expect(await childrenOf(world)).toEqual([
        'deployment.apps/web',
        'persistentvolumeclaim/kept-web',
        'secret/web-secrets',
        'service/http-web-svc',
        'serviceaccount/web-sa',
      ]);
    }, patient);
  });

  test('without the Gateway API a route is told to have no effect, and the rest is made', async () => {
    await using world = await operatorWorld(plane);
    await apply(world, everything);
    const status = await world.status('web', {});
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'SpecRendered',
        status: 'False',
        message: expect.stringContaining('interfaces[0].httpRoute') as string,
      }),
    );
    expect(status.urls).toEqual(['https://a.example']);
  });

  test('what others add to an Ingress stays; what they change of ours is put back', async () => {
    await using world = await operatorWorld(plane);
    await apply(world, everything);
    const ingress = (): Promise<Fields & { metadata: { annotations: Fields }; spec: Fields }> =>
      world.get('ingress', 'http-web-ingress');
    await vi.waitFor(() => ingress(), patient);
    await world.kubectl(
      'annotate',
      'ingress/http-web-ingress',
      '--overwrite',
      'cert-manager.io/issuer=theirs',
      'example.com/size=2',
    );
    await vi.waitFor(async () => {
      expect((await ingress()).metadata.annotations).toMatchObject({
        'cert-manager.io/issuer': 'theirs',
        'example.com/size': '1',
      });
    }, patient);
    await apply(world, {
      ...everything,
      interfaces: [
        { name: 'http', port: 8080, ingress: { rules: [{ host: 'b.example', path: '/' }] } },
      ],
    });
    await vi.waitFor(async () => {
      const { metadata, spec } = await ingress();
      expect(metadata.annotations).not.toHaveProperty('example.com/size');
      expect(metadata.annotations).toHaveProperty('cert-manager.io/issuer', 'theirs');
      expect(spec).not.toHaveProperty('ingressClassName');
      expect(spec).not.toHaveProperty('tls');
    }, patient);
  });

  test('the autoscaler decides how many run, and is not fought', async () => {
    await using world = await operatorWorld(plane);
    await apply(world, { horizontalScale: everything.horizontalScale });
    await world.settled();
    await world.kubectl('scale', 'deployment/web', '--replicas=3');
    await world.settled();
    expect(await world.get('deployment', 'web')).toMatchObject({ spec: { replicas: 3 } });
  });

  test('a cron job of another Rollout is a conflict, and stays as it is', async () => {
    await using world = await operatorWorld(plane);
    const { cronjobs } = everything;
    await world.apply(aRollout(world.namespace, { cronjobs }, 'first'));
    await vi.waitFor(() => world.get('cronjob', 'tidy'), patient);
    await world.apply(aRollout(world.namespace, { cronjobs }, 'second'));
    await world.status('second', { reason: 'NameConflict' });
    expect(await world.get('cronjob', 'tidy')).toMatchObject({
      metadata: { ownerReferences: [{ name: 'first' }] },
    });
  });

  test('a run by hand is started once', async () => {
    await using world = await operatorWorld(plane);
    const jobs = async (): Promise<string[]> =>
      (await childrenOf(world)).filter((name) => name.startsWith('job'));
    const [cron] = everything.cronjobs;
    await apply(world, { cronjobs: [{ ...cron, runAt: '2026-01-01T00:00:00Z' }] });
    const [first] = await vi.waitFor(async () => {
      const found = await jobs();
      expect(found).toHaveLength(1);
      return found;
    }, patient);
    await vi.waitFor(async () => {
      const { status } = await world.get<{ status: Fields }>('rollout', 'web');
      expect(status.cronjobs).toMatchObject([{ name: 'tidy', runAt: '2026-01-01T00:00:00Z' }]);
    }, patient);
    await world.kubectl('delete', first!);
    await world.settled();
    expect(await jobs()).toEqual([]);
    await apply(world, { cronjobs: [{ ...cron, runAt: '2026-01-02T00:00:00Z' }] });
    await vi.waitFor(async () => expect(await jobs()).not.toEqual([]), patient);
    expect(await jobs()).not.toEqual([first]);
  });

  test('a newer run by hand ends none that goes on, and an older spec starts none', async () => {
    await using world = await operatorWorld(plane);
    const jobs = async (): Promise<string[]> =>
      (await childrenOf(world)).filter((name) => name.startsWith('job'));
    const [cron] = everything.cronjobs;
    const ask = async (runAt: string): Promise<void> => {
      await apply(world, { cronjobs: [{ ...cron, runAt }] });
      await vi.waitFor(async () => {
        const { status } = await world.get<{ status: Fields }>('rollout', 'web');
        expect(status).toMatchObject({ cronjobs: [{ runAt }] });
      }, patient);
    };
    await ask('2026-01-01T00:00:00Z');
    const [first] = await jobs();
    await ask('2026-01-02T00:00:00Z');
    await world.settled();
    expect(await jobs()).toHaveLength(2);
    await end(world, first!);
    await vi.waitFor(async () => expect(await jobs()).toHaveLength(1), patient);
    const second = await jobs();
    await apply(world, { cronjobs: [{ ...cron, runAt: '2026-01-01T00:00:00Z' }] });
    await world.status('web', {});
    await world.settled();
    expect(await jobs()).toEqual(second);
  });

  test('in mode job there is a Job in place of the Deployment, another one for another spec', async () => {
    await using world = await operatorWorld(plane);
    const names = async (): Promise<string[]> =>
      (await childrenOf(world)).filter((name) => /^(job|deployment)/.test(name));
    await apply(world, {});
    await vi.waitFor(async () => expect(await names()).toEqual(['deployment.apps/web']), patient);
    await apply(world, { mode: 'job' });
    const first = await vi.waitFor(async () => {
      const found = await names();
      expect(found).toEqual([expect.stringMatching(/^job\.batch\/web-[0-9a-f]{8}$/)]);
      return found;
    }, patient);
    await apply(world, { mode: 'job', suspend: true });
    await vi.waitFor(async () => {
      expect(await world.get('job', first[0]!.slice(10))).toMatchObject({
        spec: { suspend: true },
      });
    }, patient);
    await apply(world, { mode: 'job', args: ['again'] });
    await vi.waitFor(async () => {
      const found = await names();
      expect(found).toHaveLength(1);
      expect(found).not.toEqual(first);
    }, patient);
  });

  test('in mode job one that has ended is not run again when its Job is deleted', async () => {
    await using world = await operatorWorld(plane);
    const jobs = async (): Promise<string[]> =>
      (await childrenOf(world)).filter((name) => name.startsWith('job'));
    await apply(world, { mode: 'job' });
    await vi.waitFor(async () => expect(await jobs()).toHaveLength(1), patient);
    const [first] = await jobs();
    await end(world, first!);
    await world.status('web', { phase: 'Stopped', reason: 'Completed' });
    await world.kubectl('delete', first!, '--cascade=background');
    await world.settled();
    expect(await jobs()).toEqual([]);
    await world.status('web', { phase: 'Stopped', reason: 'Completed' });
    expect(await world.writesAfterRestart()).toEqual([]);
    expect(await jobs()).toEqual([]);
    await apply(world, { mode: 'job', restartedAt: '2026-01-01T00:00:00Z' });
    await vi.waitFor(async () => expect(await jobs()).toHaveLength(1), patient);
    expect(await jobs()).not.toEqual([first]);
  });

  test('a spec that is wrong in a way no rule can say is refused, and what runs goes on', async () => {
    await using world = await operatorWorld(plane);
    await apply(world, {});
    await vi.waitFor(() => world.get('deployment', 'web'), patient);
    await apply(world, { interfaces: [], probes: { liveness: { http: { path: '/' } } } });
    const status = await world.status('web', { reason: 'InvalidSpec' });
    expect(status.message).toContain('probes.liveness.http.port');
    expect(await world.get('deployment', 'web')).toBeDefined();
  });
});

/** What a kubelet does when the process of a Job ends well; there is none here. */
async function end(world: OperatorWorld, job: string): Promise<void> {
  const pods = ['get', 'pods', '-o', 'name', '-l', `job-name=${job.replace(/^.*\//, '')}`];
  const pod = await vi.waitFor(async () => {
    const [found = ''] = (await world.kubectl(...pods)).trim().split('\n');
    expect(found).not.toBe('');
    return found;
  }, patient);
  const patch = '{"status":{"phase":"Succeeded"}}';
  await world.kubectl('patch', pod, '--subresource=status', '--type=merge', '-p', patch);
}
