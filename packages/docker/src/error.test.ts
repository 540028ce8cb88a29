import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { fromDocker } from './error.ts';

const answer = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), {
    statusCode,
    json: { message },
  });

test.each([
  [404, 'not_found'],
  [409, 'conflict'],
  [400, 'invalid'],
  [500, 'unavailable'],
] as const)('makes %i the code %s, in the words of Docker', (status, code) => {
  expect(fromDocker(answer(status, 'No such thing'))).toMatchObject({
    code,
    message: 'No such thing',
  });
});

test('takes the words of dockerode away where an answer has no body', () => {
  const bare = Object.assign(answer(500, 'dial tcp: no such host'), { json: null });
  expect(fromDocker(bare)).toMatchObject({ message: 'dial tcp: no such host' });
});

test('says that Docker is away', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(fromDocker(refused)).toMatchObject({
    code: 'unavailable',
    message: 'Docker cannot be reached (ECONNREFUSED).',
  });
});

test('passes on an abort and what is an AppError already', () => {
  const reason = new Error('enough');
  expect(fromDocker(new Error('aborted'), AbortSignal.abort(reason))).toBe(reason);
  const error = new AppError('timeout', 'late');
  expect(fromDocker(error)).toBe(error);
});
