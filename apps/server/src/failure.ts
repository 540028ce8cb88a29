import { AppError } from '@davit/domain';
import type { FieldErrors } from '@davit/domain';
import { ConfigError } from './config.ts';

export interface Failure {
  text: string;
  /** 2: used wrongly; 1: everything else */
  exitCode: 1 | 2;
}

/** A failed command in words for a person. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof ConfigError) {
    const problems = error.problems.map((problem) => `  ${problem}`);
    return { text: ['davit:', ...problems, 'davit --help explains.'].join('\n'), exitCode: 2 };
  }
  if (!AppError.is(error)) return { text: `davit: ${String(error)}`, exitCode: 1 };
  const complaints = fieldLines(error.data ?? {}, '');
  return { text: [`davit: ${error.message}`, ...complaints].join('\n'), exitCode: 1 };
}

function fieldLines(data: FieldErrors, path: string): string[] {
  return Object.entries(data).flatMap(([name, complaint]) =>
    typeof complaint.message === 'string'
      ? [`  ${path}${name}: ${complaint.message}`]
      : fieldLines(complaint as FieldErrors, `${path}${name}.`),
  );
}
