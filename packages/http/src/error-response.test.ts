import { AppError, CODES } from '@davit/domain';
import { expect, test } from 'vitest';
import { sentenize, toErrorBody } from './error-response.ts';

test.each([
  ['failed', 'Failed.'],
  [' really? ', 'Really?'],
  ['Done!', 'Done!'],
  ['', ''],
])('makes a sentence of %j', (text, sentence) => {
  expect(sentenize(text)).toBe(sentence);
});

test.each(CODES)('has a status and words for %s', (code) => {
  const body = toErrorBody(new AppError(code, ''), 'r1');
  expect(body.status).toBeGreaterThanOrEqual(400);
  expect(body.message).toMatch(/^[A-Z].*\.$/);
});

test('has the keys in the order PocketBase writes them, ours at the end', () => {
  const data = { a: { code: 'validation_required', message: 'Cannot be blank.' } };
  const cause = new Error('SELECT secret');
  const text = JSON.stringify(toErrorBody(new AppError('invalid', 'no', { data, cause }), 'r1'));
  expect(text).toBe(
    '{"data":{"a":{"code":"validation_required","message":"Cannot be blank."}},"message":"No.",' +
      '"status":400,"code":"invalid","requestId":"r1"}',
  );
});
