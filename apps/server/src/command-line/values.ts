import type { FlagName } from './flags.ts';
import type { Values } from './read-arguments.ts';

export interface Address {
  host: string;
  port: number;
}

interface Source {
  values: Values;
  problems: string[];
}

/** `host:port`, `[v6]:port` or `:port`. */
export function parseAddress(flag: FlagName, text: string, problems: string[]): Address {
  const [, host = '', digits = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) problems.push(`--${flag} must be HOST:PORT, it is ${text}`);
  return { host: host.replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port };
}

/** One of `choices`; the first where the flag is absent. */
export function parseChoice<const T extends string>(
  flag: FlagName,
  choices: readonly [T, ...T[]],
  { values, problems }: Source,
): T {
  const [first] = choices;
  const value = values[flag];
  if (value === undefined) return first;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  problems.push(`--${flag} must be one of ${choices.join(', ')}, it is ${String(value)}`);
  return first;
}

export function parseCount(
  flag: FlagName,
  range: { default: number; max: number },
  { values, problems }: Source,
): number {
  const value = values[flag];
  if (value === undefined) return range.default;
  const count = Number(value);
  if (Number.isInteger(count) && count >= 0 && count <= range.max) return count;
  problems.push(`--${flag} must be a whole number from 0 to ${range.max}, it is ${String(value)}`);
  return range.default;
}
