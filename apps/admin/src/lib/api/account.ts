import type { RecordModel } from 'pocketbase';
import { pb } from './client.ts';

/** An account elsewhere that signs in to one here. */
export interface LinkedProvider {
  id: string;
  provider: string;
  providerId: string;
  created: string;
}

export async function findLinked(account: RecordModel): Promise<LinkedProvider[]> {
  const filter = pb.filter('recordRef = {:id} && collectionRef = {:collection}', {
    id: account.id,
    collection: account.collectionId,
  });
  return pb.collection('_externalAuths').getFullList<LinkedProvider>({ filter, sort: 'created' });
}

export const unlink = (id: string): Promise<boolean> => pb.collection('_externalAuths').delete(id);

/** Mails a link to the new address; the old one stays until it is opened. */
export const requestEmail = (account: RecordModel, email: string): Promise<boolean> =>
  pb.collection(account.collectionName).requestEmailChange(email);

/** Changes one's own record. Email and password make all its tokens worthless, this one too. */
export const updateAccount = (
  account: RecordModel,
  change: Record<string, unknown>,
): Promise<RecordModel> => pb.collection(account.collectionName).update(account.id, change);
