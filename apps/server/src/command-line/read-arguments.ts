import { parseArgs } from 'node:util';
import { FLAGS, isFlag } from './flags.ts';
import type { FlagName } from './flags.ts';

export type Values = Partial<Record<FlagName, string | boolean>>;

export interface Arguments {
  /** everything that is no flag, in order */
  words: string[];
  values: Values;
  problems: string[];
}

const OPTIONS = Object.fromEntries(
  Object.entries(FLAGS).map(([name, { value }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string' } as const,
  ]),
);

/** Words and flags of a command line; unknown flags and missing values are problems. */
export function readArguments(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...OPTIONS, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const read: Arguments = { words: [], values: {}, problems: [] };
  for (const token of tokens) {
    if (token.kind === 'positional') read.words.push(token.value);
    else if (token.kind === 'option') addFlag(read, token);
  }
  return read;
}

interface Option {
  name: string;
  value?: string | undefined;
  /** `--flag=value` */
  inlineValue?: boolean | undefined;
}

function addFlag(read: Arguments, { name, value, inlineValue }: Option): void {
  const missing = value === undefined || value === '' || (!inlineValue && value.startsWith('--'));
  if (!isFlag(name)) {
    read.problems.push(`unknown flag: --${name}`);
  } else if (FLAGS[name].value === undefined) {
    read.values[name] = value !== 'false';
  } else if (missing) {
    read.problems.push(`--${name} needs a value`);
  } else {
    read.values[name] = value;
  }
}
