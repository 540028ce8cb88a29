import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { randomId } from '../fields/random.ts';

const START = 'davit_';
const SHOWN = 12;
const FORMAT = /^davit_([a-z0-9]{15})[\w-]{43}$/;

export interface NewSecret {
  id: string;
  /** told once */
  secret: string;
  prefix: string;
  hash: string;
}

/** A key of 256 random bits, named by its id. */
export function newSecret(): NewSecret {
  const id = randomId();
  const secret = START + id + randomBytes(32).toString('base64url');
  return { id, secret, prefix: secret.slice(0, SHOWN), hash: hashOf(secret) };
}

/** Tokens never look like this. */
export const isSecret = (token: string): boolean => token.startsWith(START);

/** The id of the key a secret belongs to; undefined when it is malformed. */
export function idOf(secret: string): string | undefined {
  return FORMAT.exec(secret)?.[1];
}

/** Nothing slower is needed: what is random cannot be guessed from its hash. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function matches(secret: string, hash: string): boolean {
  const [given, stored] = [Buffer.from(hashOf(secret)), Buffer.from(hash)];
  return given.length === stored.length && timingSafeEqual(given, stored);
}
