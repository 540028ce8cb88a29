import { AppError } from '@davit/domain';
import { internalOperations } from '../internal.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import type { Context } from '../requests/context.ts';
import { findRecord } from '../requests/load.ts';
import { MFAS } from '../write/auth-effects.ts';
import { factorSettings } from './auth-options.ts';
import type { MfaChallenge } from './sign-in.ts';
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
  checkSession(session, { context, record, method, duration: settings.duration });
  await records.remove(MFAS, mfaId);
  return undefined;
}

function checkSession(
  session: RecordData | undefined,
  wanted: { context: Context; record: RecordData; method: string; duration: number },
): void {
  const created = typeof session?.created === 'string' ? Date.parse(session.created) : NaN;
  const age = wanted.context.core.clock.now() - created;
  if (session === undefined || !(age < wanted.duration * 1000)) {
    throw new AppError('invalid', 'Invalid or expired MFA session.');
  }
  if (session.recordRef !== wanted.record.id) throw new AppError('invalid', 'Invalid MFA session.');
  if (session.method === wanted.method) {
    throw new AppError('invalid', 'A different authentication method is required.');
  }
}

function givenId({ query, body }: RequestInfo): string {
  const { mfaId } = body;
  return typeof mfaId === 'string' && mfaId !== '' ? mfaId : (query.mfaId ?? '');
}
