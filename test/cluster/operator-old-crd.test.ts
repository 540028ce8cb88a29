import { renderCrd } from '@davit/rollout';
import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields } from './operator-world.ts';

const patient = { timeout: 60_000, interval: 100 };

interface Crd {
  spec: {
    versions: [
      {
        schema: { openAPIV3Schema: { properties: { status: { properties: Fields } } } };
        subresources: Fields;
        additionalPrinterColumns: object[];
      },
    ];
  };
}

/** A CRD that knows of a status what One-Click's does: everything else about it is dropped without a word. */
function oldCrd(): object {
  const crd = structuredClone(renderCrd()) as unknown as Crd;
  const [version] = crd.spec.versions;
  const { status } = version.schema.openAPIV3Schema.properties;
  const known = ['deployment', 'services', 'ingresses', 'volumes'];
  status.properties = Object.fromEntries(known.map((name) => [name, status.properties[name]]));
  version.subresources = { status: {} };
  version.additionalPrinterColumns = [];
  return crd;
}

describe.runIf(has('api'))("the operator on an API server with One-Click's CRD", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  test('works, says so, and comes to rest', async () => {
    await using world = await operatorWorld(plane, { crd: oldCrd() });
    await world.apply(aRollout(world.namespace));
    await vi.waitFor(() => world.get('deployment', 'web'), patient);
    await vi.waitFor(async () => {
      const events = await world.kubectl('get', 'events', '-o', 'jsonpath={.items[*].reason}');
      expect(events).toContain('StatusNotKept');
    }, patient);
    await vi.waitFor(async () => {
      // what Kubernetes' own controllers make of it is in it
      const { status } = await world.get<{ status: Fields }>('rollout', 'web');
      expect(status.deployment).toMatchObject({ replicas: 1, status: 'Pending' });
      const names = ['deployment', 'ingresses', 'services', 'volumes'];
      expect(Object.keys(status).sort()).toEqual(names);
    }, patient);
    await world.settled(3_000);
    world.forget();
    await world.settled(3_000);
    expect(world.allWrites).toEqual([]);

    const image = { registry: 'davit.test', repository: 'web', tag: '2' };
    await world.apply(aRollout(world.namespace, { image }));
    await vi.waitFor(async () => {
      expect(JSON.stringify(await world.get('deployment', 'web'))).toContain('davit.test/web:2');
    }, patient);
    await world.settled(2_000);
    // as often as it says something else, and no more
    const written = world.writes.filter((write) => write.includes('/status'));
    expect(written.length).toBeLessThan(10);
  });
});
