import type { Json, JsonObject } from '@davit/domain';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';

const LEEWAY_SECONDS = 300;

export interface IdTokenChecks {
  audience?: string;
  /** any of these; none: not checked */
  issuers?: readonly string[];
  /** where the keys are; '': the signature is not checked, as the token came from the token endpoint itself */
  jwksURL?: string;
  /** that clocks may differ by; default five minutes */
  leewaySeconds?: number;
  fetch?: typeof fetch;
}

/** The claims of an id_token. Throws when one of the checks fails. */
export async function readIdToken(
  token: Json | undefined,
  checks: IdTokenChecks,
): Promise<JsonObject> {
  if (typeof token !== 'string' || token === '') throw new Error('there is no id_token');
  const { audience, issuers = [], jwksURL = '', fetch: fetchKeys } = checks;
  if (jwksURL === '') return checkClaims(decodeJwt(token), checks);
  const keys = createRemoteJWKSet(new URL(jwksURL), {
    timeoutDuration: 10_000,
    ...(fetchKeys && { [customFetch]: fetchKeys }),
  });
  const { payload } = await jwtVerify(token, keys, {
    clockTolerance: checks.leewaySeconds ?? LEEWAY_SECONDS,
    requiredClaims: ['sub', 'exp'],
    ...(audience !== undefined && { audience }),
    ...(issuers.length > 0 && { issuer: [...issuers] }),
  });
  return payload as JsonObject;
}

function checkClaims(claims: JWTPayload, checks: IdTokenChecks): JsonObject {
  const { audience, issuers = [] } = checks;
  const { aud, iss } = claims;
  checkTimes(claims, checks.leewaySeconds ?? LEEWAY_SECONDS);
  if (audience !== undefined && ![aud].flat().includes(audience)) {
    throw new Error('the id_token is for somebody else');
  }
  if (issuers.length > 0 && (iss === undefined || !issuers.includes(iss))) {
    throw new Error('the id_token is by somebody else');
  }
  return claims as JsonObject;
}

function checkTimes({ exp = Infinity, nbf = 0, iat = 0 }: JWTPayload, leewaySeconds: number): void {
  const now = Date.now() / 1000;
  if (exp + leewaySeconds < now) throw new Error('the id_token is expired');
  if (Math.max(nbf, iat) - leewaySeconds > now) throw new Error('the id_token is of the future');
}
