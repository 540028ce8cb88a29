const MACROS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Smallest and largest value of minute, hour, day, month and day of the week. */
const BOUNDS: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

/** Whether a minute (in UTC) is one of those an expression names; all five fields have to agree. */
export type Schedule = (time: Date) => boolean;

/**
 * Five fields of `*`, numbers, ranges, lists and steps, or a macro; PocketBase's grammar. undefined when malformed.
 */
export function parseSchedule(expression: string): Schedule | undefined {
  const sets = parseFields(expression);
  if (typeof sets === 'string') return undefined;
  return (time) => {
    const now = [
      time.getUTCMinutes(),
      time.getUTCHours(),
      time.getUTCDate(),
      time.getUTCMonth() + 1,
      time.getUTCDay(),
    ];
    return now.every((value, index) => sets[index]?.has(value));
  };
}

/** What is wrong with an expression, in PocketBase's words; undefined for a good one. */
export function scheduleComplaint(expression: string): string | undefined {
  const sets = parseFields(expression);
  return typeof sets === 'string' ? sets : undefined;
}

/** What a complaint stands for, until it reaches the caller. */
type Parsed<T> = T | string;

function parseFields(expression: string): Parsed<ReadonlySet<number>[]> {
  const fields = (MACROS[expression] ?? expression).split(' ');
  if (fields.length !== BOUNDS.length) {
    return 'Invalid cron expression - must be a valid macro or to have exactly 5 space separated segments.';
  }
  const sets: ReadonlySet<number>[] = [];
  for (const [index, bounds] of BOUNDS.entries()) {
    const set = parseField(fields[index] ?? '', bounds);
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  return sets;
}

interface Range {
  first: number;
  last: number;
  step: number;
}

type Bounds = readonly [min: number, max: number];

function parseField(field: string, bounds: Bounds): Parsed<ReadonlySet<number>> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const range = parsePart(part, bounds);
    if (typeof range === 'string') return range;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return values;
}

function parsePart(part: string, [min, max]: Bounds): Parsed<Range> {
  const [span = '', stepText, ...more] = part.split('/');
  if (more.length > 0) {
    return 'Invalid segment step format - must be in the format */n or 1-30/n.';
  }
  const step = stepText === undefined ? 1 : number(stepText);
  if (!(step >= 1 && step <= max)) {
    return `Invalid segment step boundary - the step must be between 1 and the ${max}.`;
  }
  if (span === '*') return { first: min, last: max, step };
  return parseSpan(span.split('-'), [min, max], step);
}

function parseSpan(ends: readonly string[], [min, max]: Bounds, step: number): Parsed<Range> {
  const [from = '', to] = ends;
  const first = number(from);
  if (to === undefined) {
    // a step needs something to step through
    if (step !== 1) {
      return 'Invalid segment step - step > 1 could be used only with the wildcard or range format.';
    }
    if (first >= min && first <= max) return { first, last: first, step };
    return 'Invalid segment value - must be between the min and max of the segment.';
  }
  if (ends.length > 2) {
    return 'Invalid segment range format - the range must have 1 or 2 parts.';
  }
  if (!(first >= min && first <= max)) {
    return `Invalid segment range minimum - must be between ${min} and ${max}.`;
  }
  const last = number(to);
  if (last >= first && last <= max) return { first, last, step };
  return `Invalid segment range maximum - must be between ${first} and ${max}.`;
}

function number(text: string): number {
  return /^\d{1,2}$/.test(text) ? Number(text) : NaN;
}
