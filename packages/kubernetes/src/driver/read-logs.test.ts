import type { LogLine } from '@davit/domain';
import { expect, test } from 'vitest';
import { labelValue } from './namespace.ts';
import { compareTimes, mergeByTime } from './read-logs.ts';

// eslint-disable-next-line @typescript-eslint/require-await
async function* log(instance: string, times: string[]): AsyncGenerator<LogLine> {
  for (const time of times) yield { instance, container: 'app', time, text: '' };
}

test('logs are merged by time', async () => {
  const merged: string[] = [];
  const logs = [log('a', ['1', '4', '5']), log('b', ['2', '3', '6']), log('c', [])];
  for await (const line of mergeByTime(logs)) merged.push(line.instance);
  expect(merged).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
});

test('times are compared whatever the number of their decimals', () => {
  expect(compareTimes('2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.123Z')).toBe(1);
  expect(compareTimes('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.1Z')).toBe(-1);
  expect(compareTimes('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toBe(0);
});

test.each([
  ['Ada Lovelace', 'AdaLovelace'],
  ['müller-', 'muller'],
  ['_x', 'x'],
  ['日本', ''],
  ['a'.repeat(80), 'a'.repeat(63)],
])('%s fits into a label as %s', (text, value) => {
  expect(labelValue(text)).toBe(value);
});
