import type { Response } from 'express';

export interface StreamEvent {
  event: string;
  /** one line */
  data: string;
}

/** Server-sent events on one response. */
export interface EventStream {
  /** aborted when the client is gone or the stream closed */
  readonly signal: AbortSignal;
  /** A promise means: wait, the client reads slower than we write. It also ends when the client goes. */
  write(id: string, message: StreamEvent): void | Promise<void>;
  /** Sends the headers where none went out yet. */
  open(): void;
  /** Sends the headers where none went out yet, then a comment that keeps the connection alive. */
  ping(): void;
  close(): void;
}

/** The headers go out with the first event, so that a refusal before it is an ordinary error response. */
export function openEventStream(res: Response): EventStream {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  // gone while it was looked up what it may see: that is told only once
  if (res.closed || res.destroyed) gone.abort();
  return {
    signal: gone.signal,
    write(id, { event, data }) {
      if (gone.signal.aborted || res.writableEnded) return;
      if (!res.headersSent) sendHeaders(res);
      if (res.write(`id:${id}\nevent:${event}\ndata:${data}\n\n`)) return;
      return drained(res, gone.signal);
    },
    open() {
      if (gone.signal.aborted || res.writableEnded || res.headersSent) return;
      sendHeaders(res);
      res.flushHeaders();
    },
    ping() {
      if (gone.signal.aborted || res.writableEnded) return;
      if (!res.headersSent) sendHeaders(res);
      res.write(':\n\n');
    },
    close: () => void res.end(),
  };
}

function sendHeaders(res: Response): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
}

function drained(res: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
