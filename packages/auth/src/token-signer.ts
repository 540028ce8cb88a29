import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TOKEN_TYPES } from '@davit/domain';
import type { TokenClaims, TokenSigner } from '@davit/domain';
import jwt from 'jsonwebtoken';

const KEYS_KEPT = 2000;

/** HS256 tokens as PocketBase makes them: no `iat`, key material of the record and its collection. */
export function createTokenSigner(now: () => number = Date.now): TokenSigner {
  const keyOf = createKeyCache();
  return {
    sign: (claims, key) =>
      jwt.sign({ ...claims }, keyOf(key), { algorithm: 'HS256', noTimestamp: true }),
    peek: (token) => asClaims(jwt.decode(token)),
    verify(token, key) {
      try {
        return asClaims(
          jwt.verify(token, keyOf(key), {
            algorithms: ['HS256'],
            clockTimestamp: Math.floor(now() / 1000),
          }),
        );
      } catch {
        return undefined;
      }
    },
  };
}

/** A KeyObject made once is three times cheaper than a key string parsed at each call. */
function createKeyCache(): (key: string) => KeyObject {
  const cache = new Map<string, KeyObject>();
  return (key) => {
    const known = cache.get(key);
    if (known) return known;
    const oldest = cache.keys().next();
    if (cache.size >= KEYS_KEPT && !oldest.done) cache.delete(oldest.value);
    const made = createSecretKey(key, 'utf8');
    cache.set(key, made);
    return made;
  };
}

function asClaims(payload: unknown): TokenClaims | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { id, type, collectionId, exp } = payload as Record<string, unknown>;
  if (typeof id !== 'string' || typeof collectionId !== 'string') return undefined;
  if (typeof exp !== 'number' || !TOKEN_TYPES.some((known) => known === type)) return undefined;
  return payload as TokenClaims;
}
