import { AppError, type Collection, type OAuth2User } from '@davit/domain';
import type { RecordsTransaction } from '../../operations.ts';
import type { RecordData } from '../../record.ts';
import type { RequestInfo } from '../../request.ts';
import { randomPassword } from '../store-account.ts';
import type { NewAccount } from './new-account.ts';
import { textOf } from '../text-of.ts';

const EXTERNAL_AUTHS = '_externalAuths';

export interface LinkOptions {
  collection: Collection;
  request: RequestInfo;
  providerName: string;
  user: OAuth2User;
  /** absent: one is made of `account` */
  record: RecordData | undefined;
  account: NewAccount | undefined;
}

/** Makes or updates the account and its link to the provider, inside one transaction. */
export async function linkAccount(
  tx: RecordsTransaction,
  options: LinkOptions,
): Promise<RecordData> {
  const { record } = options;
  const linked = record ? await explained(adopt(tx, options, record)) : await create(tx, options);
  await explained(ensureLink(tx, options, linked));
  return linked;
}

/** Complaints about a new account are about what its owner sent; any others, about the sign-in. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const data = error.data && { data: error.data };
    throw new AppError('invalid', 'Failed to authenticate.', { cause: error, ...data });
  }
}

/** A visitor's create request, with the collection's own rule. */
async function create(tx: RecordsTransaction, options: LinkOptions): Promise<RecordData> {
  const { collection, request, user, account } = options;
  const { id } = await tx.create(collection.id, {
    ...request,
    context: 'oauth2',
    method: 'POST',
    query: {},
    body: account?.body ?? {},
    ...(account && { files: account.files }),
  });
  const record = (await tx.get(collection.id, textOf(id))) as RecordData;
  const isProven = record.email === user.email && (user.email === '' || user.emailVerified);
  if (record.verified === true || !isProven) return record;
  return tx.save(collection.id, { id: record.id, verified: true });
}

/**
 * An account nobody had verified may have been made by somebody else to wait for its owner: its password and its
 * links to other providers are worth nothing from here on.
 */
async function adopt(
  tx: RecordsTransaction,
  options: LinkOptions,
  record: RecordData,
): Promise<RecordData> {
  const { collection, user } = options;
  const change: Partial<RecordData> = {};
  const takesEmail = record.email === '' && user.email !== '' && user.emailVerified;
  if (takesEmail) change.email = user.email;
  if (record.verified !== true) {
    for (const { id } of await linksOf(tx, collection, record)) await tx.remove(EXTERNAL_AUTHS, id);
    if (!isSignedIn(options, record)) change.password = randomPassword();
    if (takesEmail || (record.email === user.email && user.emailVerified)) change.verified = true;
  }
  if (Object.keys(change).length === 0) return record;
  return tx.save(collection.id, { ...change, id: record.id });
}

function isSignedIn({ collection, request: { auth } }: LinkOptions, { id }: RecordData): boolean {
  return auth?.record.id === id && auth.collection.id === collection.id;
}

async function ensureLink(
  tx: RecordsTransaction,
  { collection, request, providerName, user }: LinkOptions,
  record: RecordData,
): Promise<void> {
  const links = await linksOf(tx, collection, record);
  const isLinked = links.some(
    ({ provider, providerId }) => provider === providerName && providerId === user.id,
  );
  if (isLinked) return;
  await tx.save(EXTERNAL_AUTHS, {
    collectionRef: collection.id,
    recordRef: record.id,
    provider: providerName,
    providerId: user.id,
  });
  const by = { ip: request.ip, auth: request.auth ?? { collection, record, superuser: false } };
  const subject = { collection: collection.name, record: record.id };
  const note = { action: 'account.link', ...subject, detail: { provider: providerName } };
  await tx.commit((unit) => unit.audit(by, note));
}

function linksOf(
  tx: RecordsTransaction,
  collection: Collection,
  { id }: RecordData,
): Promise<RecordData[]> {
  return tx.find(EXTERNAL_AUTHS, {
    filter: 'collectionRef = {:collection} && recordRef = {:id}',
    params: { collection: collection.id, id },
  });
}
