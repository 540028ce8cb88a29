import { AppError } from '@davit/domain';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const JSON_PATCH = 'application/json-patch+json';

/**
 * May the same request be sent again? Where the server refused to look at it (429): always. Where it may have done
 * the work already: only what has the same effect twice.
 */
export function isRetryable(error: unknown, method: Method, contentType?: string): boolean {
  if (AppError.is(error, 'rate_limited')) return true;
  if (!AppError.is(error, 'unavailable')) return false;
  return method !== 'POST' && contentType !== JSON_PATCH;
}

/** 100 ms doubling, with jitter so that many clients do not come back together; at least what the server asks for. */
export function backOffMs(
  attempt: number,
  error: unknown,
  random: () => number = Math.random,
): number {
  const delay = Math.min(100 * 2 ** (attempt - 1), 5_000) * (0.5 + random() / 2);
  const asked = AppError.is(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(delay, asked);
}

/** The Retry-After header in milliseconds: seconds or a date; undefined where it is neither. */
export function retryAfterMs(
  header: string | undefined,
  now: number = Date.now(),
): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
