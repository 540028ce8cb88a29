import { expect, test } from 'vitest';
import { filterOf } from './filter.ts';

const quote = (expression: string, values: Record<string, string>): string =>
  expression.replaceAll(/\{:(\w+)\}/g, (_, name: string) => `'${values[name] ?? ''}'`);
const NONE = { text: '', action: '', outcome: '', days: '' };

test('no choice is no filter', () => {
  expect(filterOf({ ...NONE, text: '  ' }, quote, 0)).toBe('');
});

test('every choice narrows', () => {
  const now = Date.UTC(2027, 0, 8, 12);
  const chosen = { ...NONE, action: 'rollout.', outcome: 'failed', days: '7' };
  expect(filterOf(chosen, quote, now)).toBe(
    "action ~ 'rollout.%' && outcome = 'failed' && created >= '2027-01-01 12:00:00.000Z'",
  );
});

test('a search looks at who, what and where', () => {
  const filter = filterOf({ ...NONE, text: ' ada ', outcome: 'done' }, quote, 0);
  expect(filter).toMatch(/^\(actorName ~ 'ada' \|\| .*ip ~ 'ada'.*\) && outcome = 'done'$/);
});
