import type { AppError } from '@davit/domain';
import type { AuthRecord } from '@davit/records';
import type { Response } from 'express';

/** What the middleware found out about a request before its handler runs. */
export interface RequestContext {
  /** sent back as `X-Request-Id` and in error bodies, and on every log line about this request */
  requestId: string;
  /** the real client address; asked of the connection when somebody wants it, while it is open */
  readonly ip: string;
  /** absent: a guest */
  auth: AuthRecord | undefined;
  /** what the client was told */
  error?: AppError;
}

/** The request's context; made by the `requestId` middleware, filled by `loadAuth`. */
export function contextOf(res: Response): RequestContext {
  return (res.locals as { context: RequestContext }).context;
}

export function setContext(res: Response, context: RequestContext): void {
  (res.locals as { context: RequestContext }).context = context;
}
