import { AppError, type Collection } from '@davit/domain';
import { internalOperations } from '../internal.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import type { Context } from '../requests/context.ts';
import { findRecord } from '../requests/load.ts';
import { MFAS } from '../write/auth-effects.ts';
import { member } from './auth-form.ts';
import { factorSettings } from './auth-options.ts';
import type { MfaChallenge } from './auth-response.ts';
import type { SignIn } from './pending-sign-in.ts';

/**
 * The second factor, where the collection asks for one. Answers a challenge after the first sign-in; undefined when
 * the way is free.
 */
export async function challenge(
  context: Context,
  { collection, record, method, request }: SignIn,
): Promise<MfaChallenge | undefined> {
  const settings = factorSettings(collection, 'mfa');
  if (!settings.enabled || method === '') return undefined;
  if (settings.rule !== '') {
    const { rule } = settings;
    if (!(await findRecord(context, collection, { id: record.id, rule, request })))
      return undefined;
  }
  const records = internalOperations(context);
  const mfaId = givenId(request);
  if (mfaId === '') {
    const owner = { collectionRef: collection.id, recordRef: record.id, method };
    return { mfaId: (await records.save(MFAS, owner)).id };
  }
  const session = await records.get(MFAS, mfaId);
  try {
    checkSession(session, { context, collection, record, method, duration: settings.duration });
  } catch (error) {
    if (session && isExpired(context, session, settings.duration))
      await records.remove(MFAS, mfaId);
    throw error;
  }
  await use(context, mfaId);
  return undefined;
}

/** Of two requests with the same id only one finds it. */
async function use(context: Context, mfaId: string): Promise<void> {
  try {
    await internalOperations(context).remove(MFAS, mfaId);
  } catch (error) {
    if (AppError.is(error, 'not_found')) throw expired();
    throw error;
  }
}

function expired(): AppError {
  return new AppError('invalid', 'Invalid or expired MFA session.');
}

function checkSession(
  session: RecordData | undefined,
  wanted: {
    context: Context;
    collection: Collection;
    record: RecordData;
    method: string;
    duration: number;
  },
): void {
  if (session === undefined || isExpired(wanted.context, session, wanted.duration)) {
    throw expired();
  }
  const isOwn =
    session.recordRef === wanted.record.id && session.collectionRef === wanted.collection.id;
  if (!isOwn) throw new AppError('invalid', 'Invalid MFA session.');
  if (session.method === wanted.method) {
    throw new AppError('invalid', 'A different authentication method is required.');
  }
}

function isExpired({ core }: Context, { created }: RecordData, duration: number): boolean {
  const age = core.clock.now() - Date.parse(typeof created === 'string' ? created : '');
  return !(age < duration * 1000);
}

function givenId({ query, body }: RequestInfo): string {
  if (query.mfaId !== undefined && query.mfaId !== '') return query.mfaId;
  const mfaId = member(body, 'mfaId') ?? '';
  if (typeof mfaId === 'string') return mfaId;
  throw new AppError('invalid', 'Failed to read MFA Id.');
}
