import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { Patience } from './patience.ts';

type Step = ConstructorParameters<typeof AppError>[0] | 'ok';

/** Two seconds between the steps. */
function shown(...codes: Step[]): string[] {
  let now = 0;
  const patience = new Patience({ now: () => now, after: () => () => undefined });
  return codes.map((code) => {
    now += 2_000;
    const failure = code === 'ok' ? undefined : new AppError(code, '');
    return patience.shown('ns/a', failure)?.code ?? '-';
  });
}

test('tells at once what needs somebody', () => {
  expect(shown('invalid', 'forbidden')).toEqual(['invalid', 'forbidden']);
});

test('never tells write conflicts', () => {
  expect(shown('conflict', 'conflict', 'conflict', 'conflict')).toEqual(['-', '-', '-', '-']);
});

test('tells of a stumbling API server only when it keeps stumbling', () => {
  const codes = ['unavailable', 'timeout', 'unavailable', 'unavailable', 'ok', 'timeout'] as const;
  expect(shown(...codes)).toEqual(['-', '-', '-', 'unavailable', '-', '-']);
});
