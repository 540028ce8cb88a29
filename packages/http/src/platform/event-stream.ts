import type { Request, Response } from 'express';

const HEARTBEAT_MS = 15_000;
/** clients reconnect, with a token that is checked anew */
const LONGEST_MS = 30 * 60_000;

/** One answer of server-sent events. */
export interface EventStream {
  /** Aborts when the client is gone, the stream has been open for 30 minutes, or `end` was called. */
  readonly signal: AbortSignal;
  /** Resolves when the client has room for more: a slow one slows its own source, nobody else. */
  send(event: string, data: unknown, id?: string): Promise<void>;
  end(): void;
}

export interface EventStreamOptions {
  /** asked now and then; a rejection ends the stream */
  stillAllowed(): Promise<void>;
}

export function openEventStream(
  req: Request,
  res: Response,
  options: EventStreamOptions,
): EventStream {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  const heartbeat = setInterval(() => {
    res.write(':\n\n');
    options.stillAllowed().catch(end);
  }, HEARTBEAT_MS);
  const limit = setTimeout(end, LONGEST_MS);
  res.on('close', end);
  ended.signal.addEventListener('abort', () => {
    clearInterval(heartbeat);
    clearTimeout(limit);
    res.end();
  });
  return {
    signal: ended.signal,
    end,
    send: (event, data, id) => {
      if (ended.signal.aborted) return Promise.resolve();
      const head = id === undefined ? '' : `id:${id}\n`;
      const room = res.write(`${head}event:${event}\ndata:${JSON.stringify(data)}\n\n`);
      return room ? Promise.resolve() : drained(res, ended.signal);
    },
  };
}

function drained(res: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.on('drain', done);
    signal.addEventListener('abort', done);
  });
}
