import type { Response } from 'express';
import { openEventStream as openStream } from '../realtime/event-stream.ts';

const HEARTBEAT_MS = 15_000;
/** clients reconnect, with a token that is checked anew */
const LONGEST_MS = 30 * 60_000;

/** One answer of server-sent events that nobody keeps open for ever. */
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

export function openEventStream(res: Response, options: EventStreamOptions): EventStream {
  const stream = openStream(res);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  // an app that has nothing to tell yet is followed all the same
  stream.ping();
  const heartbeat = setInterval(() => {
    stream.ping();
    options.stillAllowed().catch(end);
  }, HEARTBEAT_MS);
  const limit = setTimeout(end, LONGEST_MS);
  ended.signal.addEventListener('abort', () => {
    clearInterval(heartbeat);
    clearTimeout(limit);
    stream.close();
  });
  if (stream.signal.aborted) end();
  else stream.signal.addEventListener('abort', end);
  return {
    signal: ended.signal,
    end,
    send: async (event, data, id = '') => {
      await stream.write(id, { event, data: JSON.stringify(data) });
    },
  };
}
