import { pb } from './client.ts';
import { raise, raiseResponse, toBodyProblem, toProblem, type Problem } from './problem.ts';
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
const HIDDEN_MS = 10_000;

/**
 * Reads a server-sent event stream with the Authorization header (EventSource cannot send one), resuming
 * with Last-Event-ID until the signal aborts. A refused request (4xx) ends it; anything else is retried.
 * While the page is hidden the connection is given back: browsers allow six to a server, for all tabs.
 */
export async function openStream(
  path: string,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  let lastId = '';
  let delay = FIRST_DELAY;
  while (!signal.aborted) {
    await untilVisible(signal);
    const hidden = abortWhenHidden();
    try {
      await readOnce(path, lastId, {
        signal: AbortSignal.any([signal, hidden.signal]),
        onOpen: () => handlers.onOpen?.(),
        onFrame: (frame) => {
          if (frame.event === 'error') raise(toBodyProblem(503, JSON.parse(frame.data)));
          delay = FIRST_DELAY;
          if (frame.id !== '') lastId = frame.id;
          handlers.onFrame(frame);
        },
      });
      if (!signal.aborted) handlers.onLost?.(toProblem(new Error('The stream ended.')));
    } catch (error) {
      if (signal.aborted) return;
      if (hidden.signal.aborted) continue;
      const problem = toProblem(error);
      handlers.onLost?.(problem);
      if (isFinal(problem.status)) return;
    } finally {
      hidden.stop();
    }
    await pause(delay, signal);
    delay = Math.min(delay * 2, MAX_DELAY);
  }
}

/** Asking again would get the same answer. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

/** Aborts some time after the page was hidden: a short look elsewhere costs nothing. */
function abortWhenHidden(): { signal: AbortSignal; stop(): void } {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const check = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => abort.abort(), HIDDEN_MS);
  };
  document.addEventListener('visibilitychange', check);
  return {
    signal: abort.signal,
    stop: () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', check);
    },
  };
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const check = (): void => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check, { once: true });
  });
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
  if (!response.ok || response.body === null) return raiseResponse(response);
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
