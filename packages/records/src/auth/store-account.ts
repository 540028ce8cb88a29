import { AppError, type Collection } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { saveNoted } from '../internal.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import type { Context } from '../requests/context.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';

const RANDOM_PASSWORD_LENGTH = 30;

export function randomPassword(): string {
  return randomText(RANDOM_PASSWORD_LENGTH);
}

export interface AccountChange {
  collection: Collection;
  /** as it was loaded */
  before: RecordData;
  /** as handlers left it */
  after: RecordData;
  /** what the step itself changes */
  change: Partial<RecordData>;
  /** what the audit log calls it */
  action: string;
  request: RequestInfo;
}

/**
 * Stores what changed, and nothing else: somebody may have changed other fields meanwhile. Complaints get `message`.
 */
export async function storeAccount(
  context: Context,
  { collection, before, after, change, action, request }: AccountChange,
  message: string,
): Promise<RecordData> {
  const touched = Object.entries(after).filter(([name, value]) => before[name] !== value);
  const record = { ...Object.fromEntries(touched), ...change, id: before.id };
  // who has the link, or the code, is who the account belongs to
  const owner = { collection, record: before, superuser: collection.name === SUPERUSERS };
  const by = { ip: request.ip, auth: request.auth ?? owner };
  try {
    return await saveNoted(context, { collection, record, noted: { by, action } });
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw new AppError('invalid', message, {
      cause: error,
      ...(error.data && { data: error.data }),
    });
  }
}
