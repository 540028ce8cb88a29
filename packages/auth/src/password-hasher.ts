import { availableParallelism } from 'node:os';
import { AppError } from '@davit/domain';
import type { PasswordHasher } from '@davit/domain';
import { Limiter } from './limiter.ts';
import type { LimiterStats } from './limiter.ts';

export const PASSWORD_SCHEMES = ['bcrypt', 'argon2id'] as const;
export type PasswordScheme = (typeof PASSWORD_SCHEMES)[number];

export interface PasswordHasherOptions {
  /** what new hashes are made with; both kinds are verified */
  scheme: PasswordScheme;
  /**
   * hashes computed at the same time; default: one less than cores, so that requests keep one, and at most 3, so that
   * file access keeps a thread
   */
  concurrency?: number;
  /** callers that may wait; default 128 */
  queue?: number;
}

/** Whoever would wait longer is better told to come back. */
const LONGEST_WAIT_MS = 5000;
/** Refusing is cheap, answering thousands of refused ones a second is not. */
const REFUSAL_MS = 250;
const BCRYPT_COST = 10;
const BCRYPT_MAX_BYTES = 72;
/** OWASP's parameters: 26 ms on a small machine, 19 MiB */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Hashes of nothing anybody knows: a sign-in with an unknown name costs as much as one with a wrong password.
const DUMMY: Record<PasswordScheme, string> = {
  bcrypt: '$2a$10$bRBPoC0F65wQN149hpUDP.5U59.n0T5UPz4tmfnnZajJJh.qTa81K',
  argon2id:
    '$argon2id$v=19$m=19456,p=1,t=2$Y8/j5ww4w5clgPdZQN3lFQ$j0hDzDj9ny4QnbrKjh2tvoNjO0OarEceHVFpl3RKHUw',
};

/** A hasher that tells how busy it is. */
export interface MeasuredHasher extends PasswordHasher {
  stats(): LimiterStats;
}

/**
 * Hashes and verifies passwords in the thread pool. The native libraries load on first use.
 * Errors: `rate_limited` (too many waiting), `invalid` (longer than bcrypt can take).
 */
export function createPasswordHasher(options: PasswordHasherOptions): MeasuredHasher {
  const limiter = new Limiter({
    concurrency: options.concurrency ?? Math.max(1, Math.min(availableParallelism() - 1, 3)),
    queue: options.queue ?? 128,
    longestWaitMs: LONGEST_WAIT_MS,
    refusalMs: REFUSAL_MS,
  });
  const { scheme } = options;
  return {
    stats: () => limiter.stats(),
    hash: (password) => limiter.run(() => HASH[scheme](password)),
    verify: (password, hash) =>
      limiter.run(async () => {
        const matches = await verify(password, hash === '' ? DUMMY[scheme] : hash);
        return hash !== '' && matches;
      }),
  };
}

const HASH: Record<PasswordScheme, (password: string) => Promise<string>> = {
  async bcrypt(password) {
    if (Buffer.byteLength(password) > BCRYPT_MAX_BYTES) throw tooLong();
    const bcrypt = await import('@node-rs/bcrypt');
    return bcrypt.hash(password, { cost: BCRYPT_COST, version: '2a' });
  },
  async argon2id(password) {
    const argon2 = await import('argon2');
    return argon2.hash(password, { type: argon2.argon2id, ...ARGON2 });
  },
};

async function verify(password: string, hash: string): Promise<boolean> {
  try {
    if (/^\$2[aby]\$/.test(hash))
      return await (await import('@node-rs/bcrypt')).compare(password, hash);
    if (hash.startsWith('$argon2id$')) return await (await import('argon2')).verify(hash, password);
    return false;
  } catch (error) {
    if (isLoadFailure(error)) throw error;
    return false; // a malformed hash matches nothing
  }
}

function isLoadFailure(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED';
}

function tooLong(): AppError {
  return new AppError('invalid', 'The password is too long.', {
    data: { password: { code: 'validation_invalid_value', message: 'Invalid value.' } },
  });
}
