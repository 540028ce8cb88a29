import { expect, test } from 'vitest';
import { resourcePath } from './resource-path.ts';
import { RESOURCES } from './resource-types.ts';

test('writes paths of the core group and of others', () => {
  expect(resourcePath(RESOURCES.Pod, { namespace: 'a', name: 'b', subresource: 'log' })).toBe(
    '/api/v1/namespaces/a/pods/b/log',
  );
  expect(resourcePath(RESOURCES.Deployment)).toBe('/apis/apps/v1/deployments');
});

test('a name cannot lead anywhere else', () => {
  const path = (name: string): string => resourcePath(RESOURCES.Pod, { namespace: 'a', name });
  expect(path('../secrets/b')).toBe('/api/v1/namespaces/a/pods/..%2Fsecrets%2Fb');
  expect(path('..')).toBe('/api/v1/namespaces/a/pods/%2E');
  expect(path('')).toBe('/api/v1/namespaces/a/pods/%2E');
  expect(path('a?b#c')).toBe('/api/v1/namespaces/a/pods/a%3Fb%23c');
});
