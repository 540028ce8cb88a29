import { answerProxy, controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';
import { originalObjects } from './original-objects.ts';

interface Deployment {
  metadata: { uid: string; generation: number; annotations: Record<string, string> };
  spec: {
    replicas: number;
    template: {
      metadata: { annotations?: Record<string, string> };
      spec: { containers: { image: string; env?: { name: string; value: string }[] }[] };
    };
  };
}
interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

const patient = { timeout: 30_000 };
const ORIGINAL_LEASE = 'one-click-operator-leader-election';

describe.runIf(has('api'))('the operator on a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  const deployment = (world: OperatorWorld): Promise<Deployment> => world.get('deployment', 'web');
  const condition = async (world: OperatorWorld, type: string): Promise<Condition | undefined> => {
    const { status } = await world.get<{ status?: { conditions?: Condition[] } }>('rollout', 'web');
    return status?.conditions?.find((one) => one.type === type);
  };
  async function applied(world: OperatorWorld, spec: Fields = {}): Promise<void> {
    await world.apply(aRollout(world.namespace, spec));
    await vi.waitFor(() => deployment(world), patient);
    await world.settled();
  }

  test('makes the children, and then writes nothing', async () => {
    await using world = await operatorWorld(plane);
    const volumes = [{ name: 'data', mountPath: '/data', size: '1024Mi' }];
    const secrets = [{ name: 'PASSWORD', value: 'secret-value' }];
    await applied(world, { volumes, secrets });
    expect(world.writes.filter((write) => write.startsWith('POST'))).toEqual([
      'POST serviceaccounts',
      'POST persistentvolumeclaims',
      'POST secrets',
      'POST deployments',
      'POST services',
    ]);
    expect(world.writes.filter((write) => write.includes('PATCH')).length).toBeLessThanOrEqual(4);
    const events = await world.kubectl('get', 'events', '-o', 'json');
    expect(events).toContain('Created ServiceAccount web-sa');
    expect(events).not.toContain('secret-value');
    world.forget();
    // nothing about the spec changes, but every cache is filled and every Rollout looked at again
    await world.stop();
    await world.start();
    await world.kubectl('annotate', 'rollout', 'web', 'example.com/note=1');
    await world.settled();
    expect(world.allWrites).toEqual([]);
  });

  test('repairs what it owns and leaves the rest alone', async () => {
    await using world = await operatorWorld(plane);
    await applied(world);
    const before = await deployment(world);
    await world.kubectl('annotate', 'deployment', 'web', 'example.com/mine=yes');
    await world.kubectl('set', 'env', 'deployment/web', 'THEIRS=1');
    await world.kubectl('set', 'image', 'deployment/web', 'web=davit.test/other:9');
    await vi.waitFor(async () => {
      const { containers } = (await deployment(world)).spec.template.spec;
      expect(containers[0]!.image).toBe('davit.test/web:1');
    }, patient);
    const selector = JSON.stringify({ spec: { selector: { 'one-click.dev/deploymentId': 'x' } } });
    await world.kubectl('patch', 'service', 'http-web-svc', '--type=merge', '-p', selector);
    await world.kubectl('label', 'service', 'http-web-svc', 'one-click.dev/deploymentId-');
    const ports = JSON.stringify({ spec: { ports: [{ name: 'http', port: 81 }] } });
    await world.kubectl('patch', 'service', 'http-web-svc', '--type=merge', '-p', ports);
    await vi.waitFor(async () => {
      const service = await world.get<{ metadata: Fields; spec: Fields }>(
        'service',
        'http-web-svc',
      );
      expect(service.spec.selector).toMatchObject({ 'one-click.dev/deploymentId': 'web' });
      expect(service.metadata.labels).toMatchObject({ 'one-click.dev/deploymentId': 'web' });
      expect(service.spec.ports).toMatchObject([{ name: 'http', port: 8080, targetPort: 8080 }]);
    }, patient);
    await world.kubectl('delete', 'service', 'http-web-svc');
    await world.kubectl('delete', 'serviceaccount', 'web-sa');
    await vi.waitFor(() => world.get('service', 'http-web-svc'), patient);
    await vi.waitFor(() => world.get('sa', 'web-sa'), patient);
    const after = await deployment(world);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.annotations['example.com/mine']).toBe('yes');
    expect(after.spec.template.spec.containers[0]!.env).toContainEqual({
      name: 'THEIRS',
      value: '1',
    });
  });

  test('a changed spec changes what it names, and removes what it names no more', async () => {
    await using world = await operatorWorld(plane);
    const interfaces = [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 9090 },
    ];
    await applied(world, { interfaces });
    await world.kubectl('create', 'service', 'clusterip', 'foreign', '--tcp=80');
    await world.kubectl('label', 'service', 'foreign', 'one-click.dev/deploymentId=web');
    await world.kubectl('rollout', 'restart', 'deployment/web');
    await applied(world, { env: [{ name: 'B', value: '2' }], interfaces: [interfaces[0]] });
    await vi.waitFor(async () => {
      const { containers } = (await deployment(world)).spec.template.spec;
      expect(containers[0]!.env).toEqual([{ name: 'B', value: '2' }]);
    }, patient);
    await vi.waitFor(async () => {
      const services = await world.kubectl('get', 'svc', '-o', 'name');
      expect(services.trim().split('\n')).toEqual(['service/foreign', 'service/http-web-svc']);
    }, patient);
    const { annotations } = (await deployment(world)).spec.template.metadata;
    expect(annotations).toHaveProperty('kubectl.kubernetes.io/restartedAt');
  });

  test('scales as told, stops when suspended, and keeps the volume', async () => {
    await using world = await operatorWorld(plane);
    const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
    await applied(world, { volumes });
    const replicas = async (): Promise<number> => (await deployment(world)).spec.replicas;
    await world.kubectl('scale', 'rollout', 'web', '--replicas=3');
    await vi.waitFor(async () => expect(await replicas()).toBe(3), patient);
    await world.kubectl('scale', 'deployment', 'web', '--replicas=5');
    await vi.waitFor(async () => expect(await replicas()).toBe(3), patient);
    const suspend = (to: boolean): Promise<string> =>
      world.kubectl('patch', 'ro', 'web', '--type=merge', '-p', `{"spec":{"suspend":${to}}}`);
    await suspend(true);
    await vi.waitFor(async () => expect(await replicas()).toBe(0), patient);
    await world.status('web', { phase: 'Stopped' });
    await suspend(false);
    await vi.waitFor(async () => expect(await replicas()).toBe(3), patient);
    await world.kubectl('delete', 'rollout', 'web');
    await vi.waitFor(
      () => expect(world.kubectl('get', 'deployment', 'web')).rejects.toThrow(/not found/),
      patient,
    );
    const claim = await world.get<{ metadata: Fields }>('pvc', 'data-web');
    expect(claim.metadata.deletionTimestamp).toBeUndefined();
  });

  test('an autoscaler decides how many run', async () => {
    await using world = await operatorWorld(plane);
    await applied(world);
    const scale = ['autoscale', 'deployment', 'web', '--min=2', '--max=4', '--cpu=80%'];
    await world.kubectl(...scale);
    // kube-controller-manager's autoscaler raises it to its minimum
    await vi.waitFor(async () => expect((await deployment(world)).spec.replicas).toBe(2), {
      timeout: 40_000,
    });
    await world.settled();
    expect((await deployment(world)).spec.replicas).toBe(2);
  });

  test('does not touch an object of somebody else, and says so', async () => {
    await using world = await operatorWorld(plane);
    await world.kubectl('create', 'service', 'clusterip', 'http-web-svc', '--tcp=80');
    const uid = async (): Promise<unknown> =>
      (await world.get<{ metadata: Fields }>('service', 'http-web-svc')).metadata.uid;
    const before = await uid();
    await world.apply(aRollout(world.namespace));
    await vi.waitFor(async () => {
      expect(await condition(world, 'Stalled')).toMatchObject({
        status: 'True',
        reason: 'NameConflict',
        message: expect.stringContaining('Service "http-web-svc"') as string,
      });
    }, patient);
    expect(await uid()).toBe(before);
    await world.settled();
    world.forget();
    await world.settled();
    expect(world.allWrites.filter((write) => !write.startsWith('POST services'))).toEqual([]);
  });

  test('says which field the API server refuses, and runs on with what it had', async () => {
    await using world = await operatorWorld(plane);
    await applied(world);
    const { generation } = (await deployment(world)).metadata;
    await world.apply(aRollout(world.namespace, { nodeSelector: { 'not a label': 'x' } }));
    await vi.waitFor(async () => {
      expect(await condition(world, 'Stalled')).toMatchObject({
        status: 'True',
        reason: 'InvalidSpec',
        message: expect.stringContaining('spec.template.spec.nodeSelector') as string,
      });
    }, patient);
    expect((await deployment(world)).metadata.generation).toBe(generation);
    // taking over the fields it had created was accepted, and tells of a change once more
    await world.settled();
    world.forget();
    await world.settled();
    expect(world.allWrites).toEqual([]);
    await applied(world);
    await vi.waitFor(async () => {
      expect(await condition(world, 'Stalled')).toMatchObject({ status: 'False' });
    }, patient);
  });

  test('takes over from the original operator without touching a pod', async () => {
    await using world = await operatorWorld(plane);
    await world.stop();
    const spec = {
      serviceAccountName: 'one-click',
      env: [
        { name: 'A', value: '1' },
        { name: 'OLD', value: '1' },
      ],
      volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    };
    await world.apply(aRollout(world.namespace, spec));
    await originalObjects(world);
    const before = await deployment(world);
    const sets = async (): Promise<number> =>
      (await world.kubectl('get', 'rs', '-o', 'name')).trim().split('\n').length;
    await vi.waitFor(async () => expect(await sets()).toBe(1), patient);
    await world.start();
    await vi.waitFor(async () => {
      const claim = await world.get<{ metadata: Fields }>('pvc', 'data-web');
      expect(claim.metadata.ownerReferences ?? []).toEqual([]);
      const account = await world.get<{ metadata: Fields }>('sa', 'one-click');
      expect(account.metadata.ownerReferences ?? []).toEqual([]);
    }, patient);
    await world.settled();
    const adopted = await deployment(world);
    expect(adopted.metadata.uid).toBe(before.metadata.uid);
    expect(adopted.spec.template).toEqual(before.spec.template);
    expect(await sets()).toBe(1);
    const { status } = await world.get<{ status: Fields }>('rollout', 'web');
    expect(status.rendererVersion).toBe(0);
    world.forget();
    await world.stop();
    await world.start();
    await world.settled();
    expect(world.allWrites).toEqual([]);
    await world.apply(aRollout(world.namespace, { ...spec, env: [{ name: 'A', value: '2' }] }));
    await vi.waitFor(async () => expect(await sets()).toBe(2), patient);
    const { containers } = (await deployment(world)).spec.template.spec;
    expect(containers[0]!.env).toEqual([{ name: 'A', value: '2' }]);
  });

  test('gets there although answers are lost, refused or late', async () => {
    await using proxy = await answerProxy(plane);
    const lost = { method: 'POST', status: 500, body: {}, times: 1, afterwards: true };
    proxy.answer({ ...lost, path: /\/deployments/ });
    proxy.answer({ ...lost, path: /\/services/ });
    proxy.answer({ path: /\/secrets/, method: 'POST', status: 503, body: {}, times: 1 });
    proxy.answer({ path: /\/status/, method: 'PATCH', status: 409, body: {}, times: 2 });
    await using world = await operatorWorld(plane, { kubeconfig: proxy.kubeconfig! });
    await applied(world);
    await world.status('web', { updatedReplicas: 1 });
    const ours = ['--field-selector', 'involvedObject.kind=Rollout'];
    expect(await world.kubectl('get', 'events', ...ours)).not.toContain('Warning');
    proxy.reset();
    await world.settled();
    world.forget();
    await world.kubectl('delete', 'service', 'http-web-svc');
    await vi.waitFor(() => world.get('service', 'http-web-svc'), patient);
    // it may be there before the operator has its answer
    const repair = expect.arrayContaining(['POST services', 'POST events']) as string[];
    await vi.waitFor(() => expect(world.allWrites).toEqual(repair), patient);
    await world.settled();
    world.forget();
    await world.settled();
    expect(world.allWrites).toEqual([]);
  });

  test("does nothing while One-Click's operator is at work", async () => {
    await using world = await operatorWorld(plane);
    await world.stop();
    const lease = (renewTime: string): Fields => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: ORIGINAL_LEASE, namespace: world.namespace },
      spec: { holderIdentity: 'manager', leaseDurationSeconds: 15, renewTime },
    });
    // by a clock that is far behind
    let renewals = 0;
    const renew = (): Promise<string> =>
      world.apply(lease(new Date((renewals += 1) * 2_000).toISOString().replace('Z', '000Z')));
    await renew();
    await world.apply(aRollout(world.namespace));
    world.forget();
    await world.start();
    await vi.waitFor(async () => {
      await renew();
      const about = ['--field-selector', 'involvedObject.name=web', '-o', 'jsonpath={.items[*]}'];
      expect(await world.kubectl('get', 'events', ...about)).toContain('OriginalOperatorRuns');
    }, patient);
    await world.settled();
    expect(world.writes).toEqual([]);
    await world.kubectl('delete', 'lease', ORIGINAL_LEASE);
    await vi.waitFor(() => deployment(world), patient);
  });

  test('what something keeps undoing is left alone, and told', async () => {
    await using world = await operatorWorld(plane);
    await applied(world);
    await vi.waitFor(async () => {
      await world.kubectl(
        'label',
        'service',
        'http-web-svc',
        '--overwrite',
        'one-click.dev/deploymentId=x',
      );
      expect(await condition(world, 'Stalled')).toMatchObject({ reason: 'Contended' });
    }, patient);
    await world.settled();
    world.forget();
    await world.settled();
    expect(world.writes).toEqual([]);
  });

  test('an edited status is put right', async () => {
    await using world = await operatorWorld(plane);
    await applied(world);
    const patch = ['patch', 'ro', 'web', '--subresource=status', '--type=merge'];
    await world.kubectl(...patch, '-p', '{"status":{"phase":"Running","message":"a lie"}}');
    await vi.waitFor(async () => {
      const { status } = await world.get<{ status: Fields }>('rollout', 'web');
      expect(status.message).not.toBe('a lie');
    }, patient);
  });
});
