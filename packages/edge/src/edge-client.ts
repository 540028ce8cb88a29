import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import {
  AppError,
  CODES,
  type Code,
  type EdgeAddresses,
  type EdgePort,
  type EdgeStatus,
  type FieldErrors,
} from '@davit/domain';

interface Call {
  method: string;
  path: string;
  body?: unknown;
  signal: AbortSignal;
}

/**
 * The edge behind a control socket. Errors as in `EdgePort`; a call that was cut off may have been done all the same:
 * putting the same table again is harmless.
 */
export function createEdgeClient(controlSocket: string): EdgeClient {
  const call = async <T>(what: Call): Promise<T> => (await send(controlSocket, what)) as T;
  return {
    put: (table, { signal }) => call({ method: 'PUT', path: '/routes', body: table, signal }),
    inForce: ({ signal }) => call<EdgeStatus>({ method: 'GET', path: '/routes', signal }),
    handOver: ({ listens, signal }) =>
      call({ method: 'POST', path: '/handover', body: listens, signal }),
  };
}

export interface EdgeClient extends EdgePort {
  /** Starts the edge's successor, at other addresses where some are named, and returns once that one serves. */
  handOver(options: { listens?: EdgeAddresses; signal: AbortSignal }): Promise<{ pid: number }>;
}

async function send(socketPath: string, { method, path, body, signal }: Call): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  const outgoing = httpRequest({ socketPath, method, path, headers, signal, agent: false });
  outgoing.end(text);
  let status: number;
  let answer: unknown;
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    status = response.statusCode ?? 0;
    let received = '';
    for await (const piece of response.setEncoding('utf8')) received += String(piece);
    answer = JSON.parse(received);
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError('unavailable', 'The edge cannot be reached.', { cause });
  }
  if (status === 200) return answer;
  throw toError(answer as { code?: string; message?: string; data?: FieldErrors });
}

function toError({
  code,
  message,
  data,
}: {
  code?: string;
  message?: string;
  data?: FieldErrors;
}): AppError {
  const known = CODES.includes(code as Code) ? (code as Code) : 'internal';
  return new AppError(known, message ?? 'The edge failed.', data ? { data } : {});
}
