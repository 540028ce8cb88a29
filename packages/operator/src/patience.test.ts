import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { Patience } from './patience.ts';

type Step = ConstructorParameters<typeof AppError>[0];

/** Two seconds between the steps, of which each fails in these ways. */
function told(...steps: Step[][]): string[] {
  let now = 0;
  const patience = new Patience({ now: () => now, after: () => () => undefined });
  return steps.map((codes) => {
    now += 2_000;
    const failures = codes.map((code) => new AppError(code, ''));
    const { failure, waits } = patience.telling('ns/a', failures);
    return waits ? 'waits' : (failure?.code ?? 'well');
  });
}

test('tells at once what needs somebody, whatever else went wrong', () => {
  expect(told(['invalid'], ['forbidden'], ['conflict', 'invalid'])).toEqual([
    'invalid',
    'forbidden',
    'invalid',
  ]);
});

test('waits for what may pass by itself, and tells of it when it does not', () => {
  const steps: Step[][] = [['unavailable'], ['conflict'], ['timeout'], ['rate_limited'], []];
  expect(told(...steps, ['conflict'])).toEqual([
    'waits',
    'waits',
    'waits',
    'rate_limited',
    'well',
    'waits',
  ]);
});
