import { AppError } from '@davit/domain';
import type { FieldError, FieldErrors } from '@davit/domain';

export interface Complaint {
  /** `volumes.0.name` */
  at: string;
  message: string;
}

/** What is said against fields, where nothing else goes wrong; undefined when nothing is. */
export async function refusal(run: () => unknown): Promise<FieldErrors | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (AppError.is(error, 'invalid')) return error.data ?? {};
    throw error;
  }
}

/** Complaints that were nested by path, one after another. */
export function listed(errors: FieldErrors, above = ''): Complaint[] {
  return Object.entries(errors).flatMap(([key, value]) => {
    const at = above === '' ? key : `${above}.${key}`;
    const complaint = value as FieldError;
    if (typeof complaint.message === 'string') return [{ at, message: complaint.message }];
    return listed(value as FieldErrors, at);
  });
}
