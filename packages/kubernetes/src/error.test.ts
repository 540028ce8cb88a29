import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { fromNetwork, fromStatus, isExpired } from './error.ts';

test('complaints about fields are found by their path', () => {
  const causes = [
    { field: 'spec.template.spec.containers[0].image', reason: 'Required', message: 'missing' },
    { field: 'metadata.name', message: 'bad name' },
  ];
  const error = fromStatus({ message: 'invalid', reason: 'Invalid', details: { causes } }, 422);
  expect(error.code).toBe('invalid');
  expect(error.data).toEqual({
    spec: {
      template: {
        spec: { containers: { 0: { image: { code: 'Required', message: 'missing' } } } },
      },
    },
    metadata: { name: { code: 'invalid', message: 'bad name' } },
  });
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
  [410, 'conflict'],
  [413, 'too_large'],
  [429, 'rate_limited'],
  [500, 'unavailable'],
  [503, 'unavailable'],
  [504, 'timeout'],
])('HTTP %i is %s', (status, code) => {
  expect(fromStatus('not json', status).code).toBe(code);
});

test('tells quotas and dying namespaces from missing rights', () => {
  const quota = fromStatus({ message: 'pods "a" is forbidden: exceeded quota: q' }, 403);
  expect(quota.reason).toBe('QuotaExceeded');
  const causes = [{ reason: 'NamespaceTerminating' }];
  expect(fromStatus({ details: { causes } }, 403).reason).toBe('NamespaceTerminating');
  expect(fromStatus({ message: 'no', reason: 'Forbidden' }, 403).reason).toBeUndefined();
});

test('keeps how long to wait', () => {
  expect(fromStatus('{}', 429, 3_000).retryAfterMs).toBe(3_000);
  expect(fromStatus({ details: { retryAfterSeconds: 2 } }, 429).retryAfterMs).toBe(2_000);
});

test('knows a forgotten version', () => {
  expect(isExpired(fromStatus({ reason: 'Expired' }, 410))).toBe(true);
  expect(isExpired(fromStatus({ reason: 'Conflict' }, 409))).toBe(false);
});

test('an abort by the caller stays what it is', () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  stop.abort(reason);
  expect(fromNetwork(new Error('socket closed'), stop.signal)).toBe(reason);
  const lost = fromNetwork(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
  expect(AppError.is(lost, 'unavailable')).toBe(true);
  const late = fromNetwork(Object.assign(new Error('x'), { code: 'UND_ERR_HEADERS_TIMEOUT' }));
  expect(AppError.is(late, 'timeout')).toBe(true);
});
