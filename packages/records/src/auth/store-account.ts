import { AppError, type Collection } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { internalOperations } from '../internal.ts';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';

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
}

/**
 * Stores what changed, and nothing else: somebody may have changed other fields meanwhile. Complaints get `message`.
 */
export async function storeAccount(
  context: Context,
  { collection, before, after, change }: AccountChange,
  message: string,
): Promise<RecordData> {
  const touched = Object.entries(after).filter(([name, value]) => before[name] !== value);
  try {
    return await internalOperations(context).save(collection.id, {
      ...Object.fromEntries(touched),
      ...change,
      id: before.id,
    });
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw new AppError('invalid', message, {
      cause: error,
      ...(error.data && { data: error.data }),
    });
  }
}
