import { AppError } from '@davit/domain';
import type { Code } from '@davit/domain';

/** What dockerode throws: an answer of dockerd, or a failure below HTTP. */
interface DockerFailure {
  statusCode?: number;
  json?: { message?: string } | null;
  code?: string;
  message?: string;
}

const CODE_BY_STATUS: Record<number, Code> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  501: 'unsupported',
};

/** Any failure of a call to Docker as an AppError. An abort by the caller is passed on as it is. */
export function fromDocker(error: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted) return signal.reason instanceof Error ? signal.reason : (error as Error);
  if (AppError.is(error)) return error;
  const { statusCode, json, code = '', message = '' } = error as DockerFailure;
  if (statusCode === undefined) {
    const why = code === '' ? message : code;
    return new AppError('unavailable', `Docker cannot be reached (${why}).`, { cause: error });
  }
  // dockerode puts words of its own in front
  const text = json?.message ?? message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
  return new AppError(CODE_BY_STATUS[statusCode] ?? 'unavailable', text, { cause: error });
}
