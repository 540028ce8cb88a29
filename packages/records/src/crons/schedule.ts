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
  const fields = (MACROS[expression] ?? expression).split(' ');
  if (fields.length !== BOUNDS.length) return undefined;
  const sets: ReadonlySet<number>[] = [];
  for (const [index, [min, max]] of BOUNDS.entries()) {
    const set = parseField(fields[index] ?? '', min, max);
    if (!set) return undefined;
    sets.push(set);
  }
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

export function isSchedule(expression: string): boolean {
  return parseSchedule(expression) !== undefined;
}

const PART = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/;

interface Range {
  first: number;
  last: number;
  step: number;
}

function parseField(field: string, min: number, max: number): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const range = parseRange(part, min, max);
    if (!range) return undefined;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return values;
}

function parseRange(part: string, min: number, max: number): Range | undefined {
  const match = PART.exec(part);
  if (!match) return undefined;
  const [, any, from, to, stepText = '1'] = match;
  const step = Number(stepText);
  if (step < 1 || step > max) return undefined;
  if (any !== undefined) return { first: min, last: max, step };
  // a step needs something to step through
  if (to === undefined && step !== 1) return undefined;
  const first = Number(from);
  const last = Number(to ?? from);
  return first < min || last > max || last < first ? undefined : { first, last, step };
}
