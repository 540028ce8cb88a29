import { expect, test } from 'vitest';
import type { DeploymentState } from './driver-state.ts';
import { divideRoutes, instanceOfTarget, renderRoutes } from './render-routes.ts';

const servers = [
  { name: 'shop-1', address: '10.88.0.2' },
  { name: 'shop-2', address: '10.88.0.3' },
];
const ref = { projectId: 'p1', deploymentId: 'shop', project: {} };

test('leads the rules of each interface to its port, and a name of its own to the first', () => {
  const rules = [
    { host: 'Shop.example.com', path: '/' },
    { host: '', path: '/api' },
  ];
  const interfaces = [
    { name: 'http', port: 80, ingress: { rules } },
    { name: 'admin', port: 81, ingress: { rules: [{ host: 'admin.example.com', path: '' }] } },
  ];
  const routes = renderRoutes(ref, { servers, reach: { interfaces }, state: 'active' });
  expect(routes.map(({ host, path, targets }) => [host + path, targets[0]?.address])).toEqual([
    ['shop.example.com/', '10.88.0.2:80'],
    ['*/api', '10.88.0.2:80'],
    ['shop.p1.localhost/', '10.88.0.2:80'],
    ['admin.example.com/', '10.88.0.2:81'],
  ]);
  const ids = routes.flatMap(({ targets }) => targets.map(({ id }) => id));
  expect(new Set(ids)).toEqual(new Set(['shop-1', 'shop-2', 'shop-1:admin', 'shop-2:admin']));
  expect(ids.map(instanceOfTarget)).toEqual(ids.map((id) => id.slice(0, 6)));
});

test('calls an app by the slugs of deployment and project, where they have some', () => {
  const named = { ...ref, slug: 'storefront', project: { slug: 'docks' } };
  const interfaces = [{ name: 'http', port: 80 }];
  const [route] = renderRoutes(named, { servers, reach: { interfaces }, state: 'active' });
  expect(route?.host).toBe('storefront.docks.localhost');
});

test('asks for HTTPS alone where a rule has TLS, for both where one without stands beside it', () => {
  const rules = [
    { host: 'safe.com', path: '/', tls: true, tlsSecretName: 'own' },
    { host: 'both.com', path: '/', tls: true },
    { host: 'both.com', path: '/' },
    { host: 'plain.com', path: '/', tls: false },
  ];
  const interfaces = [{ name: 'http', port: 80, ingress: { rules } }];
  const routes = renderRoutes(ref, { servers, reach: { interfaces }, state: 'active' });
  expect(routes.map(({ host, secure }) => [host, secure])).toEqual([
    ['safe.com', { certificate: 'own', only: true }],
    ['both.com', { only: false }],
    ['plain.com', undefined],
    ['shop.p1.localhost', undefined],
  ]);
});

test('leaves out what the edge would refuse', () => {
  const rules = ['a b.example.com', 'x_y', '-a.com'].map((host) => ({ host, path: '/' }));
  rules.push({ host: 'fine.example.com', path: '/a?b' }, { host: 'fine.example.com', path: '/ä' });
  const interfaces = [{ name: 'http', port: 80, ingress: { rules } }];
  const routes = renderRoutes(ref, { servers, reach: { interfaces }, state: 'hold' });
  expect(routes.map(({ host }) => host)).toEqual(['shop.p1.localhost']);
});

function holder(projectId: string, since: number, ...places: string[]): DeploymentState {
  const app = { projectId, deploymentId: 'd' };
  const routes = places.map((place) => {
    const [host = '', path = ''] = place.split(/(?=\/)/);
    return { id: `${projectId}:${place}`, host, path, app, targets: [], state: 'active' as const };
  });
  return { ...app, since, routes } as unknown as DeploymentState;
}

test('gives a host to the project that had it first, with all its paths', () => {
  const { routes, taken } = divideRoutes([
    holder('late', 2, 'a.com/x', 'b.com/'),
    holder('early', 1, 'a.com/'),
  ]);
  expect(routes.map(({ id }) => id)).toEqual(['early:a.com/', 'late:b.com/']);
  expect([...taken]).toEqual([['late/d', ['a.com']]]);
});
