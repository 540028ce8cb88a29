import type * as AcmeClient from 'acme-client';
import { AppError } from '@davit/domain';
import type { Certificate } from '@davit/domain';
import type { AcmeCache } from './acme-cache.ts';
import { acmeTransport } from './acme-transport.ts';
import type { Challenges } from './challenges.ts';

export interface AcmeIssuerOptions {
  /** address of the authority's ACME directory */
  directoryUrl: string;
  /** whom the authority may write to */
  email?: string;
  /** keeps the account's key */
  cache: AcmeCache;
  challenges: Challenges;
}

/** Gets a new certificate for a host. Errors: `unavailable` with the authority's own words. */
export type Issue = (host: string, options: { signal: AbortSignal }) => Promise<Certificate>;

const ORDER_MS = 180_000;
/** between two questions whether the authority is done */
const POLL = { backoffMin: 1000, backoffMax: 10_000, backoffAttempts: 12 };

/** Issues over ACME with HTTP-01: the authority asks the host itself, on port 80, for what `challenges` holds. */
export function acmeIssuer(options: AcmeIssuerOptions): Issue {
  return async (host, { signal }) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ORDER_MS)]);
    try {
      return await untilAborted(order(host, options), limited);
    } catch (cause) {
      signal.throwIfAborted();
      const said = limited.aborted ? 'it took too long' : (cause as Error).message;
      throw new AppError('unavailable', `No certificate for ${host}: ${said}`, { cause });
    }
  };
}

async function order(host: string, options: AcmeIssuerOptions): Promise<Certificate> {
  const { directoryUrl, email, cache, challenges } = options;
  const acme = await loadClient();
  const accountKey = await cache.accountKey(async () =>
    String(await acme.crypto.createPrivateEcdsaKey()),
  );
  // a new client each time: asking for the account of a key is harmless, and an authority may have forgotten it
  const client = new acme.Client({ directoryUrl, accountKey, ...POLL });
  await findAccount(client, email);
  const key = String(await acme.crypto.createPrivateEcdsaKey());
  const [, csr] = await acme.crypto.createCsr({ altNames: [host] }, key);
  const chain = await client.auto({
    csr,
    challengePriority: ['http-01'],
    // from inside, the host's public address often cannot be reached
    skipChallengeVerification: true,
    challengeCreateFn: async (_, { type, token }, answer) => {
      if (type !== 'http-01') throw new Error('the authority offers no HTTP-01 challenge');
      await challenges.show(token, answer);
    },
    challengeRemoveFn: (_, { token }) => challenges.hide(token),
  });
  return { chain, key };
}

/** The key's account, made where the authority knows none: sent for a known one, authorities refuse what makes it. */
async function findAccount(client: AcmeClient.Client, email: string | undefined): Promise<void> {
  const contact = email === undefined ? [] : [`mailto:${email}`];
  try {
    const known = await client.createAccount({ onlyReturnExisting: true });
    if (email === undefined || known.contact?.includes(contact[0] ?? '')) return;
    await client.updateAccount({ contact });
  } catch {
    await client.createAccount({ termsOfServiceAgreed: true, contact });
  }
}

/** Loaded by who issues. */
async function loadClient(): Promise<Pick<typeof AcmeClient, 'Client' | 'crypto'>> {
  const acme = (await import('acme-client')).default;
  const defaults: { adapter?: unknown; acmeSettings?: object } = acme.axios.defaults;
  defaults.adapter = acmeTransport;
  // who calls tries again, later and with words in the log
  defaults.acmeSettings = { ...defaults.acmeSettings, retryMaxAttempts: 0 };
  return acme;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
