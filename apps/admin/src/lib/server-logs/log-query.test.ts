import { expect, test } from 'vitest';
import { filterOf, timedFilterOf, type LogQuery, type Quote } from './log-query.ts';

const ALL: LogQuery = { filter: '', level: '', superusers: true, from: 0, to: 0 };
const quote: Quote = (expression, values) =>
  expression.replace(/\{:(\w+)\}/g, (_, name: string) => JSON.stringify(values[name]));
const noon = Date.UTC(2026, 0, 31, 12);

test.each<[what: string, query: Partial<LogQuery>, filter: string]>([
  ['everything', {}, ''],
  ['what superusers did not ask for', { superusers: false }, "(data.auth != '_superusers')"],
  ['an expression', { filter: ' data.status >= 400 ' }, '(data.status >= 400)'],
  ['words', { filter: 'mail' }, '(level ~ "mail" || message ~ "mail" || data ~ "mail")'],
  [
    'warnings of a kind',
    { filter: "message ~ 'x'", level: '4' },
    "(message ~ 'x') && (level >= 4)",
  ],
])('%s', (_what, query, filter) => {
  expect(filterOf({ ...ALL, ...query }, quote)).toBe(filter);
});

test('an hour of them, continued where the list ended', () => {
  const query = { ...ALL, level: '8', from: noon, to: noon + 3_600_000 };
  expect(timedFilterOf(query, quote, '2026-01-31 12:30:00.000Z')).toBe(
    '((level >= 8)) && (created >= "2026-01-31 12:00:00.000Z")' +
      ' && (created < "2026-01-31 13:00:00.000Z") && (created <= "2026-01-31 12:30:00.000Z")',
  );
});
