import { AppError, toAppError } from '@davit/domain';
import type { FieldErrors } from '@davit/domain';
import type { ReconcileResult } from '@davit/controller';
import { OUTCOMES } from '@davit/rollout';

const LATER_MS = 30_000;

/**
 * How a reconcile goes on after failures: as the most urgent one asks for, by throwing it, so that the queue backs off,
 * or by looking again later.
 */
export function wayOn(failures: readonly AppError[]): ReconcileResult {
  const [first] = [...failures].sort((a, b) => patienceOf(a) - patienceOf(b));
  if (!first || patienceOf(first) === Infinity) return {};
  if (OUTCOMES[first.code].retry === 'later') return { requeueAfterMs: patienceOf(first) };
  throw first;
}

/** Milliseconds after which to try again; Infinity where that is no use. */
function patienceOf({ code, retryAfterMs }: AppError): number {
  const { retry } = OUTCOMES[code];
  if (retry === 'wait') return Infinity;
  return retryAfterMs ?? (retry === 'later' ? LATER_MS : 0);
}

/** The other children would not fare better with an API server that is away, or a copy that leads no more. */
export function isOfOneChild({ code, reason }: AppError): boolean {
  return ['invalid', 'forbidden', 'not_found', 'conflict'].includes(code) && reason !== 'NotLeader';
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
