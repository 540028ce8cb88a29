import { AppError, toAppError } from '@davit/domain';
import type { FieldErrors } from '@davit/domain';
import type { ReconcileResult } from '@davit/controller';
import { OUTCOMES } from '@davit/rollout';

const LATER_MS = 30_000;

/** How a reconcile goes on after a failure: by throwing, so that the queue backs off, or by looking again later. */
export function wayOn(failure: AppError): ReconcileResult {
  const { retry } = OUTCOMES[failure.code];
  if (retry === 'wait') return {};
  if (retry === 'later') return { requeueAfterMs: failure.retryAfterMs ?? LATER_MS };
  throw failure;
}

/** Field errors are lost on the way into a condition, so they become part of the message. */
export function withFields(error: unknown): AppError {
  const failure = toAppError(error);
  const complaints = failure.code === 'invalid' ? complaintsOf(failure.data ?? {}, '') : [];
  const news = complaints.filter(({ message }) => !failure.message.includes(message));
  if (news.length === 0) return failure;
  const text = news.slice(0, 5).map(({ path, message }) => `${path}: ${message}`);
  return new AppError(failure.code, [failure.message, ...text].join(' '), {
    ...(failure.data ? { data: failure.data } : {}),
    ...(failure.reason ? { reason: failure.reason } : {}),
    cause: error,
  });
}

function complaintsOf(data: FieldErrors, path: string): { path: string; message: string }[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const { message } = value;
    return typeof message === 'string'
      ? [{ path: at, message }]
      : complaintsOf(value as FieldErrors, at);
  });
}
