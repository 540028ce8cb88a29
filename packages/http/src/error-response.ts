import { AppError, toAppError } from '@davit/domain';
import type { Code, FieldError, FieldErrors, Logger } from '@davit/domain';
import type { ErrorRequestHandler, Response } from 'express';
import { contextOf } from './context.ts';
import { sendJson } from './json-response.ts';

export const STATUS: Record<Code, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unsupported: 501,
  unavailable: 503,
  timeout: 504,
};

const SOMETHING_WENT_WRONG = 'Something went wrong while processing your request.';
const DEFAULT_MESSAGE: Record<Code, string> = {
  invalid: SOMETHING_WENT_WRONG,
  unauthenticated: 'Missing or invalid authentication.',
  forbidden: 'You are not allowed to perform this request.',
  not_found: "The requested resource wasn't found.",
  conflict: 'Conflict.',
  too_large: 'Request entity too large.',
  rate_limited: 'Too Many Requests.',
  internal: SOMETHING_WENT_WRONG,
  unsupported: 'Not Implemented.',
  unavailable: 'Service Unavailable.',
  timeout: 'Gateway Timeout.',
};

/** PocketBase's error body, with our `code` and `requestId` added at its end. */
export interface ErrorBody {
  data: FieldErrors;
  message: string;
  status: number;
  code: Code;
  requestId: string;
}

/** What the client is told; nothing of the cause. */
export function toErrorBody(error: AppError, requestId: string): ErrorBody {
  return {
    data: error.data ? sentences(error.data) : {},
    message: sentenize(error.message) || DEFAULT_MESSAGE[error.code],
    status: STATUS[error.code],
    code: error.code,
    requestId,
  };
}

/** Complaints are sentences too. */
function sentences(errors: FieldErrors): FieldErrors {
  const entries = Object.entries(errors).map(([name, error]): [string, FieldErrors[string]] => {
    if (!isComplaint(error)) return [name, sentences(error)];
    return [name, { ...error, message: sentenize(error.message) }];
  });
  return Object.fromEntries(entries);
}

/** A field may be called `code`: a complaint's is text. */
function isComplaint(error: FieldError | FieldErrors): error is FieldError {
  return typeof error.code === 'string' && typeof error.message === 'string';
}

/** Turns whatever a handler threw into a response; logs what the client must not see. */
export function errorResponse(logger: Logger): ErrorRequestHandler {
  // eslint-disable-next-line max-params -- Express knows error handlers by their four parameters
  return (thrown: unknown, req, res, next) => {
    const error = fromThrown(thrown);
    const { requestId } = contextOf(res);
    if (STATUS[error.code] >= 500) {
      const { method, path } = req;
      logger.log('error', error.message, { requestId, method, path, cause: error.cause ?? thrown });
    }
    if (res.headersSent) {
      next(thrown); // too late for a body: the connection is cut
      return;
    }
    sendError(res, error);
  };
}

/** The response to an error, for handlers that do not throw (streams). */
export function sendError(res: Response, error: AppError): void {
  if (error.retryAfterMs !== undefined) {
    res.setHeader('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
  }
  const context = contextOf(res);
  context.error = error;
  const body = toErrorBody(error, context.requestId);
  sendJson(res, body.status, body);
}

/** Express's own complaints (a path that cannot be decoded) are the client's fault. */
function fromThrown(thrown: unknown): AppError {
  if (thrown instanceof URIError) return new AppError('invalid', '', { cause: thrown });
  return toAppError(thrown);
}

/** First letter large, a full stop at the end. */
export function sentenize(message: string): string {
  const text = message.trim();
  if (text === '') return '';
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
