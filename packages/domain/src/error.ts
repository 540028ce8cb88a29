/** Every way an operation can fail, on any side: HTTP, command line, reconcile. */
export const CODES = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'rate_limited',
  'internal',
  'unsupported',
  'unavailable',
  'timeout',
] as const;
export type Code = (typeof CODES)[number];

/** One complaint about one field, in PocketBase's wire shape. */
export interface FieldError {
  code: string;
  message: string;
  params?: Record<string, unknown>;
}
/** Complaints by field; nested objects nest, list positions are the keys `"0"`, `"1"`, … */
export interface FieldErrors {
  [field: string]: FieldError | FieldErrors;
}

export interface AppErrorOptions {
  /** field errors, for `invalid` */
  data?: FieldErrors;
  /** UpperCamel condition reason where it is finer than the code's own */
  reason?: string;
  retryAfterMs?: number;
  /** the original failure: logged, never shown */
  cause?: unknown;
}

/**
 * The one error class. `message` is always safe to show to whoever asked; details go in `cause`.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: Code;
  readonly data: FieldErrors | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: Code, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.data = options.data;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** By name and code, so that a second copy of this module does not break it. */
  static is(error: unknown, code?: Code): error is AppError {
    return (
      error instanceof Error &&
      error.name === 'AppError' &&
      (code === undefined || (error as AppError).code === code)
    );
  }
}

/** Any failure as an AppError; what is not one already becomes `internal` and keeps its cause. */
export function toAppError(error: unknown): AppError {
  if (AppError.is(error)) return error;
  return new AppError('internal', 'Something went wrong while processing your request.', {
    cause: error,
  });
}
