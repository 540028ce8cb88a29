import type { Collection } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';
import { findIdentity } from './find-identity.ts';

/** The account with that e-mail address; case counts as its unique index says. */
export async function findByEmail(
  context: Context,
  collection: Collection,
  email: string,
): Promise<RecordData | undefined> {
  if (email === '') return undefined;
  const found = await findIdentity(context, collection, { identity: email, fields: ['email'] });
  return found?.record;
}
