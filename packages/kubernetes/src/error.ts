import { AppError } from '@davit/domain';
import type { Code, FieldErrors } from '@davit/domain';

/** What the API server answers instead of an object. */
interface Status {
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

const CODE_BY_STATUS: Record<number, Code> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'unsupported',
  406: 'unsupported',
  408: 'timeout',
  409: 'conflict',
  // the resource version is too old; `reason` tells it from a write conflict
  410: 'conflict',
  413: 'too_large',
  415: 'unsupported',
  422: 'invalid',
  429: 'rate_limited',
  501: 'unsupported',
  504: 'timeout',
};

/** Reasons that say more than the code; of ours where Kubernetes hides the useful one in a message or a cause. */
function fineReason(status: Status, httpStatus: number): string | undefined {
  if (httpStatus === 410) return 'Expired';
  if (httpStatus === 409) return status.reason || undefined;
  if (httpStatus !== 403) return undefined;
  if (status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) {
    return 'NamespaceTerminating';
  }
  if (status.message?.includes('exceeded quota')) return 'QuotaExceeded';
  return undefined;
}

function parseStatus(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // proxies and early failures answer with plain text
  }
  return {};
}

/** `spec.containers[0].image` → `{spec: {containers: {0: {image: …}}}}` */
export function fieldErrors(causes: NonNullable<Status['details']>['causes']): FieldErrors {
  const root: FieldErrors = {};
  for (const { field, reason, message } of causes ?? []) {
    const path = (field ?? '').split(/[.[\]]+/).filter((part) => part !== '');
    const last = path.pop();
    if (last === undefined) continue;
    let at: FieldErrors = root;
    for (const part of path) at = (at[part] ??= {}) as FieldErrors;
    at[last] ??= { code: reason ?? 'invalid', message: message ?? '' };
  }
  return root;
}

/** A `Status` object as an AppError: also what a watch delivers in an ERROR event. */
export function fromStatus(
  body: string | Status,
  httpStatus: number,
  retryAfterMs?: number,
): AppError {
  const status = typeof body === 'string' ? parseStatus(body) : body;
  const code = CODE_BY_STATUS[httpStatus] ?? 'unavailable';
  const reason = fineReason(status, httpStatus);
  const wait = retryAfterMs ?? (status.details?.retryAfterSeconds ?? 0) * 1000;
  return new AppError(code, status.message ?? `The API server answered ${httpStatus}.`, {
    ...(code === 'invalid' ? { data: fieldErrors(status.details?.causes) } : {}),
    ...(reason ? { reason } : {}),
    ...(wait > 0 ? { retryAfterMs: wait } : {}),
  });
}

/** A failure below HTTP. An abort by the caller is passed on as it is. */
export function fromNetwork(error: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted) return signal.reason instanceof Error ? signal.reason : (error as Error);
  if (AppError.is(error)) return error;
  const code = (error as { code?: string; name?: string }).code ?? '';
  const name = (error as { name?: string }).name ?? '';
  if (name === 'TimeoutError' || code.endsWith('_TIMEOUT')) {
    return new AppError('timeout', 'The API server did not answer in time.', { cause: error });
  }
  return new AppError('unavailable', 'The API server cannot be reached.', { cause: error });
}

/** The resource version or continue token is too old: list again. */
export function isExpired(error: unknown): boolean {
  return AppError.is(error, 'conflict') && error.reason === 'Expired';
}

export function isAlreadyExists(error: unknown): boolean {
  return AppError.is(error, 'conflict') && error.reason === 'AlreadyExists';
}
