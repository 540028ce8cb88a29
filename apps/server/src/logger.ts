import { LOG_LEVELS } from '@davit/domain';
import type { LogFields, LogLevel, Logger } from '@davit/domain';

export interface LoggerOptions {
  /** what is less important is left out; default info */
  level?: LogLevel;
  /** takes one line at a time */
  write: (line: string) => void;
  now?: () => number;
}

/** One JSON object a line: `time level msg` and the fields. */
export function createLogger(options: LoggerOptions, fields: LogFields = {}): Logger {
  const { write, now = Date.now } = options;
  const lowest = LOG_LEVELS.indexOf(options.level ?? 'info');
  return {
    log(level, message, extra) {
      if (LOG_LEVELS.indexOf(level) < lowest) return;
      const time = new Date(now()).toISOString();
      const line = { time, level, msg: message, ...fields, ...extra };
      write(`${JSON.stringify(line, (_key, value: unknown) => plain(value))}\n`);
    },
    with: (more) => createLogger(options, { ...fields, ...more }),
  };
}

/** Errors have no enumerable keys of their own. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const { code } = value as { code?: unknown };
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined ? {} : { cause }),
  };
}
