import { createHash } from 'node:crypto';
import { AppError, type Clock } from '@davit/domain';
import { formatDate } from '../fields/date.ts';
import { internalOperations } from '../internal.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { alertEnabled } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { escapeHtml } from './mail-template.ts';
import type { SignIn } from './pending-sign-in.ts';

const AUTH_ORIGINS = '_authOrigins';
const MAX_ORIGINS = 5;
const MAX_AGENT_BYTES = 200;
const WAIT_MS = 15_000;

/**
 * Remembers from where an account signs in and mails its owner about a new place. A failure is logged and stops
 * nobody; the place stays unknown then, so that the next sign-in tries again.
 */
export async function alertNewOrigin(services: AuthServices, signIn: SignIn): Promise<void> {
  if (signIn.method === '' || !alertEnabled(signIn.collection)) return;
  try {
    await noteOrigin(services, signIn);
  } catch (error) {
    const fields = { record: signIn.record.id, error: String(error) };
    services.context.core.logger.log('warn', 'a sign-in alert was not sent', fields);
  }
}

async function noteOrigin(services: AuthServices, signIn: SignIn): Promise<void> {
  const { collection, record, request } = signIn;
  const records = internalOperations(services.context);
  const origins = await records.find(AUTH_ORIGINS, {
    filter: 'collectionRef = {:collection} && recordRef = {:id}',
    params: { collection: collection.id, id: record.id },
    sort: '-created',
  });
  const agent = userAgent(request);
  const fingerprint = createHash('md5').update(`${request.ip}${agent}`).digest('hex');
  if (origins.some((origin) => origin.fingerprint === fingerprint)) return;
  if (origins.length > 0 && record.email !== '') await mail(services, signIn, agent);
  await makeRoom(services, origins);
  const owner = { collectionRef: collection.id, recordRef: record.id };
  await records.save(AUTH_ORIGINS, { ...owner, fingerprint });
}

async function mail(services: AuthServices, signIn: SignIn, agent: string): Promise<void> {
  const { collection, record, request } = signIn;
  const { clock } = services.context.core;
  const info = escapeHtml(`${formatDate(clock.now())} - ${request.ip} ${agent}`);
  const sent = services.mail.send({
    kind: 'authAlert',
    collection,
    record,
    values: { ALERT_INFO: info },
    meta: { info },
  });
  await within(clock, WAIT_MS, sent);
}

async function makeRoom(services: AuthServices, origins: readonly RecordData[]): Promise<void> {
  const records = internalOperations(services.context);
  for (const { id } of origins.slice(MAX_ORIGINS - 1)) await records.remove(AUTH_ORIGINS, id);
}

function userAgent({ headers }: RequestInfo): string {
  const bytes = Buffer.from(headers.user_agent ?? '');
  if (bytes.length <= MAX_AGENT_BYTES) return bytes.toString();
  return `${bytes.subarray(0, MAX_AGENT_BYTES).toString()}...`;
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new AppError('timeout', 'The mail took too long.')));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
