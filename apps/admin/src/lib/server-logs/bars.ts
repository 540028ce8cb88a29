import type { LogCount } from '@davit/domain';
import { parseDate } from '#lib/api/records.ts';

/** How many entries there are in each hour that has some. */
export interface LogCounts {
  all: readonly LogCount[];
  /** those of them that are errors */
  errors: readonly LogCount[];
}

/** How many entries there are in a stretch of time. */
export interface Bar {
  from: number;
  to: number;
  total: number;
  errors: number;
}

const HOUR_MS = 3_600_000;
/** parts and multiples of a day, so that bars begin at hours people count with */
const HOURS = [1, 2, 3, 6, 12, 24, 48, 168];
const MANY_HOURS = 672;
const LEAST = 24;

/**
 * Bars of equal width up to the present, those without entries too; never more than `most`, so that each can be
 * hit. Little is shown as the last day.
 */
export function barsOf({ all, errors }: LogCounts, now: number, most = 120): Bar[] {
  const last = floor(now, HOUR_MS);
  const times = all.map(({ date }) => timeOf(date));
  const first = Math.min(last - (LEAST - 1) * HOUR_MS, ...times);
  const fits = (hours: number): boolean => (last - first) / HOUR_MS / hours < most - 1;
  const width = (HOURS.find(fits) ?? MANY_HOURS) * HOUR_MS;
  const begin = floor(first, width);
  const bars: Bar[] = [];
  for (let from = begin; from <= last; from += width)
    bars.push({ from, to: from + width, total: 0, errors: 0 });
  const add = (counts: readonly LogCount[], what: 'total' | 'errors'): void => {
    for (const { date, total } of counts) {
      const bar = bars[Math.floor((timeOf(date) - begin) / width)];
      if (bar !== undefined) bar[what] += total;
    }
  };
  add(all, 'total');
  add(errors, 'errors');
  return bars;
}

const timeOf = (date: string): number => parseDate(date)?.getTime() ?? Infinity;
const floor = (time: number, step: number): number => Math.floor(time / step) * step;
