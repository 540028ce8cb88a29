import type { Json, JsonObject, LogFields, Logger } from '@davit/domain';
import type { Logs } from '@davit/records';

/** As PocketBase numbers them; what is less important stays with the process. */
const LEVELS: Partial<Record<Parameters<Logger['log']>[0], number>> = { warn: 4, error: 8 };

export interface TeeLogger {
  /** For everything but the log that superusers read: its own failures cannot be told there. */
  logger: Logger;
  /** From now on warnings and errors go there too: nobody looks at a container's output. */
  attach: (logs: Pick<Logs, 'add'>) => void;
}

export function teeLogger(first: Logger): TeeLogger {
  const second: { logs?: Pick<Logs, 'add'> } = {};
  const wrap = (plain: Logger, fields: LogFields): Logger => ({
    log(level, message, extra) {
      plain.log(level, message, extra);
      const number = LEVELS[level];
      if (number === undefined) return;
      second.logs?.add({ level: number, message, data: toJson({ ...fields, ...extra }) });
    },
    with: (more) => wrap(plain.with(more), { ...fields, ...more }),
  });
  return {
    logger: wrap(first, {}),
    attach(logs) {
      second.logs = logs;
    },
  };
}

function toJson(fields: LogFields): JsonObject {
  const text = JSON.stringify(fields, (_key, value: unknown) => {
    if (value instanceof Error) return value.message;
    return typeof value === 'bigint' ? String(value) : value;
  });
  return JSON.parse(text) as Record<string, Json>;
}
