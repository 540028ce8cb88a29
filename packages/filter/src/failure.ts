import { AppError } from '@davit/domain';

/** Why an expression cannot be used. Shown to superusers who save a rule; doors hide it from clients. */
export function invalid(message: string): AppError {
  return new AppError('invalid', message);
}
