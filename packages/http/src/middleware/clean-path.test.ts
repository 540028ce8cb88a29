import { expect, test } from 'vitest';
import { cleanedPath } from './clean-path.ts';

test.each([
  ['/', '/'],
  ['/api/health', '/api/health'],
  ['/a/.b/..c/d...', '/a/.b/..c/d...'],
  ['//api/health', '/api/health'],
  ['/api//health', '/api/health'],
  ['/api/health//', '/api/health/'],
  ['/a/./b', '/a/b'],
  ['/a/b/../c', '/a/c'],
  ['/..', '/'],
  ['/a/..', '/'],
  ['/./', '/'],
  ['///', '/'],
  ['//x%2fy/%2e%2e', '/x%2fy/%2e%2e'],
])('%s means %s', (path, cleaned) => {
  expect(cleanedPath(path)).toBe(cleaned);
});
