import { readFileSync } from 'node:fs';
import { controlPlane, has, until } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';

const definition = readFileSync(
  new URL('../fixtures/gateway-api/httproutes.yaml', import.meta.url),
  'utf8',
);
const NAME = 'http-web-route';
const patient = { timeout: 30_000, interval: 100 };

const route = {
  gateways: [{ name: 'public', namespace: 'infra', sectionName: 'https' }],
  hostnames: ['a.example', '*.b.example'],
  paths: ['/', '/api'],
};
const ingress = { rules: [{ host: 'c.example', path: '/' }] };

describe.runIf(has('api'))('routes of the Gateway API, on a real API server', () => {
  let plane: ControlPlane;
  let world: OperatorWorld;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
    world = await operatorWorld(plane);
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await plane?.[Symbol.asyncDispose]();
  });

  const expose = (how: Fields): Promise<string> =>
    world.apply(aRollout(world.namespace, { interfaces: [{ name: 'http', port: 8080, ...how }] }));
  const names = async (): Promise<string[]> => {
    const text = await world.kubectl('get', 'httproute,ingress', '-o', 'name');
    return text.trim().split('\n').filter(Boolean);
  };
  const rendered = async (status: 'True' | 'False'): Promise<Fields> =>
    until(
      async () => {
        const { conditions } = await world.status('web', {});
        const all = conditions as Fields[];
        return all.find((one) => one.type === 'SpecRendered' && one.status === status);
      },
      { ...patient, what: `SpecRendered ${status}` },
    );

  test('without the definition a route is told to have no effect, and leads nowhere', async () => {
    await expose({ httpRoute: route });
    const condition = await rendered('False');
    expect(condition).toMatchObject({
      reason: 'FieldsNotRendered',
      message: expect.stringContaining('interfaces[0].httpRoute') as string,
    });
    const { status } = await world.get<{ status: Fields }>('rollout', 'web');
    expect(status.urls).toEqual([]);
    expect(await world.get('service', 'http-web-svc')).toBeDefined();
  });

  test('a definition that is installed later is noticed, and its objects are as they were rendered', async () => {
    await plane.apply(definition);
    await rendered('True');
    const { spec } = await world.get<{ spec: Fields }>('httproute', NAME);
    expect(spec).toMatchObject({
      parentRefs: [{ name: 'public', namespace: 'infra', sectionName: 'https' }],
      hostnames: ['a.example', '*.b.example'],
      rules: [
        {
          matches: [
            { path: { type: 'PathPrefix', value: '/' } },
            { path: { type: 'PathPrefix', value: '/api' } },
          ],
          backendRefs: [{ name: 'http-web-svc', port: 8080 }],
        },
      ],
    });
    const { urls } = await world.status('web', {});
    expect(urls).toEqual(['https://a.example', 'https://a.example/api']);
  });

  test('changes with its Rollout, is put right, and is left alone otherwise', async () => {
    await expose({ httpRoute: { ...route, hostnames: ['d.example'], paths: undefined } });
    const hosts = async (): Promise<unknown> =>
      (await world.get<{ spec: Fields }>('httproute', NAME)).spec.hostnames;
    await vi.waitFor(async () => expect(await hosts()).toEqual(['d.example']), patient);
    const drift = JSON.stringify({ spec: { hostnames: ['theirs.example'] } });
    await world.kubectl('patch', 'httproute', NAME, '--type=merge', '-p', drift);
    await vi.waitFor(async () => expect(await hosts()).toEqual(['d.example']), patient);
    expect(await world.writesAfterRestart()).toEqual([]);
  });

  test('takes the place of an Ingress, and the other way round', async () => {
    await expose({ ingress });
    await vi.waitFor(
      async () => expect(await names()).toEqual(['ingress.networking.k8s.io/http-web-ingress']),
      patient,
    );
    await expose({ httpRoute: route });
    await vi.waitFor(
      async () => expect(await names()).toEqual([`httproute.gateway.networking.k8s.io/${NAME}`]),
      patient,
    );
  });

  test('one that the API server refuses is told with its field, and holds up nothing else', async () => {
    await world.apply(
      aRollout(world.namespace, {
        image: { registry: 'davit.test', repository: 'web', tag: '2' },
        interfaces: [{ name: 'http', port: 8080, httpRoute: { ...route, paths: ['/a/../b'] } }],
      }),
    );
    const { message } = await world.status('web', { reason: 'InvalidSpec' });
    expect(message).toContain('spec.rules');
    const image = 'jsonpath={.spec.template.spec.containers[0].image}';
    expect(await world.kubectl('get', 'deployment/web', '-o', image)).toBe('davit.test/web:2');
  });

  test('goes with its Rollout', async () => {
    await world.kubectl('delete', 'rollout', 'web');
    await vi.waitFor(async () => expect(await names()).toEqual([]), patient);
  });
});
