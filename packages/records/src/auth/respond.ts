import { AppError } from '@davit/domain';
import { parseFields, pickFields } from '@davit/filter';
import { isInside } from '../access/address-list.ts';
import type { Context } from '../requests/context.ts';
import { derived } from '../request.ts';
import { findRecord } from '../requests/load.ts';
import { schemaOf } from '../schema.ts';
import { enrich } from '../shape/enrich.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { alertNewOrigin } from './auth-alert.ts';
import { authRule } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { challenge } from './mfa.ts';
import type { SignIn } from './pending-sign-in.ts';
import type { AuthResponse, MfaChallenge } from './auth-response.ts';

/** The last steps of every sign-in: auth rule, hooks, second factor, the account as its owner sees it. */
export async function respond(
  services: AuthServices,
  signIn: SignIn,
): Promise<AuthResponse | MfaChallenge> {
  const { context } = services;
  checkAddress(services, signIn);
  await checkAuthRule(context, signIn);
  let answer: AuthResponse | MfaChallenge | undefined;
  const event = { ...signIn };
  const { tags } = schemaOf(signIn.collection);
  await context.core.chains.onRecordAuthRequest.run(event, tags, async (chained) => {
    answer = await challenge(context, chained);
    if (answer) return;
    answer = await describe(context, chained);
    await alertNewOrigin(services, chained);
  });
  answer ??= await describe(context, event);
  await noteSuperuser(services, event, answer);
  return answer;
}

/** Superusers' own sign-ins; a refresh or an impersonation has no method. */
async function noteSuperuser(
  { audit }: AuthServices,
  { collection, record, request, method }: SignIn,
  answer: AuthResponse | MfaChallenge,
): Promise<void> {
  const superuser = collection.name === SUPERUSERS;
  if (!superuser || method === '' || 'mfaId' in answer) return;
  const by = { ip: request.ip, auth: { collection, record, superuser } };
  await audit.note(by, { action: 'sign-in', collection: collection.name, detail: { method } });
}

/** Superusers sign in from where they may come from. */
function checkAddress({ superuserIPs }: AuthServices, { collection, request }: SignIn): void {
  const allowed = superuserIPs();
  if (collection.name !== SUPERUSERS || allowed.length === 0) return;
  if (!isInside(request.ip, allowed)) throw new AppError('forbidden', '');
}

async function checkAuthRule(context: Context, signIn: SignIn): Promise<void> {
  const { collection, record, request } = signIn;
  if (request.auth?.superuser) return;
  const rule = authRule(collection);
  if (rule === '') return;
  const found =
    rule === null
      ? undefined
      : await findRecord(context, collection, { id: record.id, rule, request });
  if (found) return;
  throw new AppError(
    'forbidden',
    "The request doesn't satisfy the collection requirements to authenticate.",
  );
}

async function describe(context: Context, signIn: SignIn): Promise<AuthResponse> {
  const { collection, record, token, request, meta } = signIn;
  const { fields = '', ...query } = request.query;
  const auth = { collection, record, superuser: collection.name === SUPERUSERS };
  const [json = {}] = await enrich(
    { ...context, request: derived(request, { query, auth }) },
    collection,
    [record],
  );
  const response: AuthResponse = { ...(meta && { meta }), record: json, token };
  if (fields === '') return response;
  return pickFields({ ...response }, parseFields(fields)) as unknown as AuthResponse;
}
