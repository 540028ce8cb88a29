import type { Value } from '@davit/domain';

const DAY = 86_400_000;
type Macro = (now: Date) => Value;

const MACROS: Readonly<Record<string, Macro>> = {
  '@now': format,
  '@yesterday': (now) => format(new Date(now.getTime() - DAY)),
  '@tomorrow': (now) => format(new Date(now.getTime() + DAY)),
  '@second': (now) => now.getUTCSeconds(),
  '@minute': (now) => now.getUTCMinutes(),
  '@hour': (now) => now.getUTCHours(),
  '@day': (now) => now.getUTCDate(),
  '@month': (now) => now.getUTCMonth() + 1,
  '@weekday': (now) => now.getUTCDay(),
  '@year': (now) => now.getUTCFullYear(),
  '@todayStart': (now) => start(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()),
  '@todayEnd': (now) => endBefore(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1),
  '@monthStart': (now) => start(now.getUTCFullYear(), now.getUTCMonth(), 1),
  '@monthEnd': (now) => endBefore(now.getUTCFullYear(), now.getUTCMonth() + 1, 1),
  '@yearStart': (now) => start(now.getUTCFullYear(), 0, 1),
  '@yearEnd': (now) => endBefore(now.getUTCFullYear() + 1, 0, 1),
};

/** `@now` and its relatives, in UTC. `undefined` when the name is no macro. */
export function evaluateMacro(name: string, now: Date): Value | undefined {
  return Object.hasOwn(MACROS, name) ? MACROS[name]?.(now) : undefined;
}

function format(date: Date): string {
  return date.toISOString().replace('T', ' ');
}

function start(year: number, month: number, day: number): string {
  return format(new Date(Date.UTC(year, month, day)));
}

function endBefore(year: number, month: number, day: number): string {
  return format(new Date(Date.UTC(year, month, day) - 1));
}
