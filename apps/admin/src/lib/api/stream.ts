import { pb } from './client.ts';
import { toBodyProblem, toProblem, type Problem } from './problem.ts';
import { createFrameParser, type Frame } from './sse.ts';

export interface StreamHandlers {
  onFrame(frame: Frame): void;
  /** the server answered; frames follow */
  onOpen?(): void;
  /** the connection was lost; it is tried again unless `problem.status` says that it cannot help */
  onLost?(problem: Problem): void;
}

const FIRST_DELAY = 500;
const MAX_DELAY = 10_000;
/** the server sends a comment at least this often; silence means that the connection is dead */
const SILENCE = 45_000;

/**
 * Reads a server-sent event stream with the Authorization header (EventSource cannot send one), resuming
 * with Last-Event-ID until the signal aborts. A refused request (4xx) ends it; anything else is retried.
 */
export async function openStream(
  path: string,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  let lastId = '';
  let delay = FIRST_DELAY;
  while (!signal.aborted) {
    try {
      await readOnce(path, lastId, {
        signal,
        onOpen: () => {
          delay = FIRST_DELAY;
          handlers.onOpen?.();
        },
        onFrame: (frame) => {
          if (frame.id !== '') lastId = frame.id;
          handlers.onFrame(frame);
        },
      });
      if (!signal.aborted) handlers.onLost?.(toProblem(new Error('The stream ended.')));
    } catch (error) {
      if (signal.aborted) return;
      const problem = toProblem(error);
      handlers.onLost?.(problem);
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) return;
    }
    await pause(delay, signal);
    delay = Math.min(delay * 2, MAX_DELAY);
  }
}

interface Attempt {
  signal: AbortSignal;
  onOpen(): void;
  onFrame(frame: Frame): void;
}

async function readOnce(path: string, lastId: string, attempt: Attempt): Promise<void> {
  const silence = new AbortController();
  const response = await fetch(path, {
    headers: {
      Accept: 'text/event-stream',
      Authorization: pb.authStore.token,
      ...(lastId === '' ? {} : { 'Last-Event-ID': lastId }),
    },
    signal: AbortSignal.any([attempt.signal, silence.signal]),
  });
  if (!response.ok || response.body === null) {
    // a plain object carries the status to the caller without a class of its own
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw toBodyProblem(response.status, await response.json().catch(() => ({})));
  }
  attempt.onOpen();
  const parse = createFrameParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer = setTimeout(() => silence.abort(), SILENCE);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
      for (const frame of parse(value)) attempt.onFrame(frame);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
