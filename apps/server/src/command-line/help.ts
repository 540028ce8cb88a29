import { COMMANDS } from './commands.ts';
import type { CommandName } from './commands.ts';
import { FLAGS } from './flags.ts';
import type { FlagName } from './flags.ts';

/** What `--help` prints: of one command, or the list of them. */
export function helpText(name: CommandName | undefined): string {
  return name === undefined ? overview() : commandHelp(name);
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { text }]): Row => [name, text]);
  return [
    'Davit: a backend that launches what it stores.',
    '',
    'Usage: davit COMMAND [FLAGS]',
    '',
    ...table(rows),
    '',
    'davit COMMAND --help explains the flags.',
    '',
  ].join('\n');
}

function commandHelp(name: CommandName): string {
  const { text, operands, flags } = COMMANDS[name];
  const lines = [
    `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    '',
    `Usage: ${['davit', name, ...operands.map(usageOf)].join(' ')}${flags.length > 0 ? ' [FLAGS]' : ''}`,
    '',
  ];
  if (flags.length === 0) return lines.join('\n');
  return [...lines, ...table(flags.map(flagRow)), ''].join('\n');
}

const usageOf = (operand: string): string => (operand.endsWith('…') ? `[${operand}]` : operand);

type Row = [string, string];

function flagRow(flag: FlagName): Row {
  const { value, text } = FLAGS[flag];
  return [value === undefined ? `--${flag}` : `--${flag} ${value}`, text];
}

function table(rows: Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
