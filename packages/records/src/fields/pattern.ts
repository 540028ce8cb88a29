import { RE2JS } from 're2js';

/** The pattern ids have unless somebody changed it: nothing in it can be dangerous in a path. */
export const DEFAULT_ID_PATTERN = '^[a-z0-9]+$';
/** the same for the engine's own, which is quicker and here as safe */
const DEFAULT_ID = /^[a-z0-9]+$/;
const LIMIT = 1000;
const compiled = new Map<string, RE2JS | undefined>();

/** Does it match anywhere in `value`? RE2 syntax, linear time. A pattern that does not compile matches nothing. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === DEFAULT_ID_PATTERN) return DEFAULT_ID.test(value);
  return compile(pattern)?.matcher(value).find() ?? false;
}

export function isPattern(pattern: string): boolean {
  return compile(pattern) !== undefined;
}

/** What is wrong with it, for people. */
export function patternError(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  }
}

function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  if (compiled.size >= LIMIT) compiled.clear();
  let expression: RE2JS | undefined;
  try {
    expression = RE2JS.compile(pattern);
  } catch {
    expression = undefined;
  }
  compiled.set(pattern, expression);
  return expression;
}
