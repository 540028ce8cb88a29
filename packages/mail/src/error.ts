import { AppError } from '@davit/domain';

/** nodemailer's failures; none of its texts reach the client. */
export function fromMailError(error: unknown): AppError {
  if (AppError.is(error)) return error;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (code === 'EENVELOPE' && isPermanent(responseCode ?? 550)) {
    return new AppError('invalid', 'The mail server refuses the address.', { cause: error });
  }
  return new AppError('unavailable', 'The mail could not be sent.', { cause: error });
}

/** Would the same mail be refused again? Wrong credentials are put right by people, not by waiting. */
export function isFinal(error: unknown): boolean {
  if (AppError.is(error)) return true;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (code === 'EAUTH' || code === 'ENOAUTH') return true;
  return isPermanent(responseCode);
}

function isPermanent(status: unknown): boolean {
  return typeof status === 'number' && status >= 500;
}

/** For the log: what went wrong, without content or credentials. */
export function reasonOf(error: unknown): string {
  const { code, responseCode, message } = error as Record<string, unknown>;
  const parts = [code, responseCode].filter((part) => part !== undefined).map(String);
  return [...parts, typeof message === 'string' ? message : ''].join(' ').trim().slice(0, 300);
}
