import { expect, test } from 'vitest';
import { evaluateMacro } from './macro.ts';

const now = new Date('2024-02-28T23:04:05.678Z'); // a Wednesday

test.each([
  ['@now', '2024-02-28 23:04:05.678Z'],
  ['@yesterday', '2024-02-27 23:04:05.678Z'],
  ['@tomorrow', '2024-02-29 23:04:05.678Z'],
  ['@todayStart', '2024-02-28 00:00:00.000Z'],
  ['@todayEnd', '2024-02-28 23:59:59.999Z'],
  ['@monthStart', '2024-02-01 00:00:00.000Z'],
  ['@monthEnd', '2024-02-29 23:59:59.999Z'],
  ['@yearStart', '2024-01-01 00:00:00.000Z'],
  ['@yearEnd', '2024-12-31 23:59:59.999Z'],
  ['@second', 5],
  ['@minute', 4],
  ['@hour', 23],
  ['@day', 28],
  ['@month', 2],
  ['@weekday', 3],
  ['@year', 2024],
  ['@never', undefined],
  ['toString', undefined],
])('%s is %s', (name, value) => expect(evaluateMacro(name, now)).toBe(value));
