import { expect, test } from 'vitest';
import { toAppError } from '@davit/domain';
import { parseBatch } from './batch-form.ts';

test('methods are in upper case', () => {
  const requests = [{ method: 'post', url: '/api/collections/posts/records' }];
  let data: unknown;
  try {
    parseBatch({ body: { requests } }, 5);
  } catch (error) {
    data = toAppError(error).data;
  }
  expect(data).toMatchObject({
    requests: { 0: { method: { code: 'validation_in_invalid' } } },
  });
});
