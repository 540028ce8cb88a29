import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { AppleSecretParts } from '@davit/domain';
import jwt from 'jsonwebtoken';

const AUDIENCE = 'https://appleid.apple.com';

/** What Apple takes as a client secret: a token signed with a key of the developer's. Errors: `invalid`. */
export function signAppleSecret(parts: AppleSecretParts, now: () => number = Date.now): string {
  const { clientId, teamId, keyId, duration } = parts;
  const issued = Math.floor(now() / 1000);
  const claims = {
    iss: teamId,
    sub: clientId,
    aud: [AUDIENCE],
    exp: issued + duration,
    iat: issued,
  };
  return jwt.sign(claims, keyOf(parts.privateKey), {
    algorithm: 'ES256',
    header: { alg: 'ES256', kid: keyId, typ: 'JWT' },
  });
}

function keyOf(pem: string): KeyObject {
  const key = readKey(pem);
  if (key.asymmetricKeyType !== 'ec') throw failure('key is not a valid ECDSA private key');
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw failure('key is invalid');
  return key;
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw failure('invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key', cause);
  }
}

function failure(reason: string, cause?: unknown): AppError {
  const message = `Failed to generate client secret. Raw error: \n${reason}`;
  return new AppError('invalid', message, { cause });
}
