import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { parseAddress, parseRouteTable } from './parse-route-table.ts';

const app = { projectId: 'p', deploymentId: 'd' };
const route = { id: 'r', host: 'a.test', path: '/', app, targets: [], state: 'active' };
const table = { generation: 1, routes: [route] };

function complaints(input: unknown): string[] {
  try {
    parseRouteTable(input);
    return [];
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    return Object.keys(error.data ?? { '': 0 });
  }
}

test.each([
  [table, []],
  [{ ...table, drainMs: 0, holdMs: 5 }, []],
  [{ ...table, routes: [{ ...route, host: '*' }] }, []],
  [{ ...table, routes: [{ ...route, host: '*.a.test', path: '/x', headers: { 'X-A': '1' } }] }, []],
  [{ ...table, routes: [{ ...route, targets: [{ id: 't', address: '[::1]:80' }] }] }, []],
  [null, ['']],
  [[], ['']],
  [{ ...table, generation: 0 }, ['generation']],
  [{ ...table, generation: 1.5 }, ['generation']],
  [{ ...table, routes: {} }, ['routes']],
  [{ ...table, drainMs: -1 }, ['drainMs']],
  [{ ...table, routes: [null] }, ['routes.0']],
  [{ ...table, routes: [{ ...route, state: 'off' }] }, ['routes.0.state']],
  [{ ...table, routes: [{ ...route, host: 'A.test' }] }, ['routes.0.host']],
  [{ ...table, routes: [{ ...route, host: 'a.test:80' }] }, ['routes.0.host']],
  [{ ...table, routes: [{ ...route, host: '*a.test' }] }, ['routes.0.host']],
  [{ ...table, routes: [{ ...route, path: '/a?b' }] }, ['routes.0.path']],
  [{ ...table, routes: [{ ...route, path: '/a b' }] }, ['routes.0.path']],
  [{ ...table, routes: [{ ...route, app: {} }] }, ['routes.0.app']],
  [{ ...table, routes: [{ ...route, headers: { 'X-A': 'a\r\nb' } }] }, ['routes.0.headers']],
  [{ ...table, routes: [{ ...route, headers: { 'Content-Length': '1' } }] }, ['routes.0.headers']],
  [
    { ...table, routes: [{ ...route, targets: [{ id: 't', address: 'x:80' }] }] },
    ['routes.0.targets'],
  ],
  [{ ...table, routes: [{ ...route, tls: 'none' }] }, ['routes.0.tls']],
  [{ ...table, routes: [route, { ...route, path: '/x' }] }, ['routes.1.id']],
  [{ ...table, routes: [route, { ...route, id: 's' }] }, ['routes.1.host']],
  [{ ...table, certificates: { a: { chain: 'x', key: 'y' } } }, ['certificates.a']],
])('%j is refused at %j', (input, paths) => {
  expect(complaints(input)).toEqual(paths);
});

test('one instance has one address', () => {
  const at = (address: string): object => ({ targets: [{ id: 't', address }] });
  const routes = [
    { ...route, ...at('10.0.0.1:80') },
    { ...route, id: 's', path: '/x', ...at('10.0.0.2:80') },
  ];
  expect(complaints({ generation: 1, routes })).toEqual(['routes.1.targets']);
});

test.each([
  'a:1',
  '1.2.3.4',
  '1.2.3.4:0',
  '1.2.3.4:65536',
  '::1:80',
  '[::1]',
  '[1.2.3.4]:80',
  '',
  7,
])('%j is no address', (input) => {
  expect(parseAddress(input)).toBeUndefined();
});
