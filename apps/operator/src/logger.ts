import { LOG_LEVELS } from '@davit/domain';
import type { LogFields, LogLevel, Logger } from '@davit/domain';

export interface LoggerOptions {
  level: LogLevel;
  /** takes one line at a time */
  write: (line: string) => void;
  now?: () => number;
}

/** One JSON object a line: `time level msg` and the fields. */
export function createLogger(options: LoggerOptions, fields: LogFields = {}): Logger {
  const { level: lowest, write, now = Date.now } = options;
  return {
    log(level, message, more = {}) {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(lowest)) return;
      const line = { time: new Date(now()).toISOString(), level, msg: message, ...fields, ...more };
      write(`${JSON.stringify(line, (_key, value: unknown) => plain(value))}\n`);
    },
    with: (more) => createLogger(options, { ...fields, ...more }),
  };
}

/** Errors have no enumerable keys of their own. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, cause } = value;
  const { code, reason } = value as { code?: unknown; reason?: unknown };
  // what has a code of ours is an outcome, not a bug: no stack
  const stack = name === 'AppError' && code !== 'internal' ? undefined : value.stack;
  return { name, code, reason, message, stack, cause };
}
