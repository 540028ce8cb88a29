import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { SecretBox } from '@davit/domain';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Seals with AES-256-GCM: base64(nonce ‖ ciphertext ‖ tag). `key` is 32 bytes. */
export function createSecretBox(key: Uint8Array): SecretBox {
  if (key.length !== KEY_BYTES)
    throw new AppError('internal', 'The encryption key must be 32 bytes.');
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([
        nonce,
        cipher.update(plain, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]).toString('base64');
    },
    open(sealed) {
      try {
        return open(key, Buffer.from(sealed, 'base64'));
      } catch (cause) {
        throw new AppError('internal', 'A stored secret cannot be opened with this key.', {
          cause,
        });
      }
    },
  };
}

function open(key: Uint8Array, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
