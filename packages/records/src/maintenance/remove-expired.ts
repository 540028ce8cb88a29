import { AppError, type Clock } from '@davit/domain';
import { factorSettings } from '../auth/auth-options.ts';
import type { Records } from '../records.ts';

/** Deletes unfinished sign-ins that nobody can finish any more. */
export async function removeExpired(
  records: Records,
  kind: 'mfa' | 'otp',
  clock: Clock,
): Promise<void> {
  const table = kind === 'mfa' ? '_mfas' : '_otps';
  for (const collection of records.collections.list()) {
    if (collection.type !== 'auth') continue;
    const { duration } = factorSettings(collection, kind);
    const before = new Date(clock.now() - duration * 1000).toISOString().replace('T', ' ');
    const expired = await records.find(table, {
      filter: 'collectionRef = {:collection} && created < {:before}',
      params: { collection: collection.id, before },
    });
    for (const { id } of expired) {
      await records.remove(table, id).catch((error: unknown) => {
        if (!AppError.is(error, 'not_found')) throw error; // its owner was quicker
      });
    }
  }
}
