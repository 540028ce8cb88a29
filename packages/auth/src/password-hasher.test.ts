import { describe, expect, test } from 'vitest';
import { createPasswordHasher, PASSWORD_SCHEMES } from './password-hasher.ts';

const BCRYPT_OF_ABC = 'lZf2D8NYlamTB2fpell0g.4rH1FXby3157mr8HxyJZJwq/Bgry85a';

describe.each(PASSWORD_SCHEMES)('with %s', (scheme) => {
  const hasher = createPasswordHasher({ scheme });

  test('verifies its own hashes and refuses other passwords', async () => {
    const hash = await hasher.hash('correct horse');
    expect(hash).toMatch(scheme === 'bcrypt' ? /^\$2a\$10\$/ : /^\$argon2id\$v=19\$m=19456,/);
    expect(await hasher.verify('correct horse', hash)).toBe(true);
    expect(await hasher.verify('wrong horse', hash)).toBe(false);
  });

  test('verifies hashes of the other kind', async () => {
    const other = createPasswordHasher({ scheme: scheme === 'bcrypt' ? 'argon2id' : 'bcrypt' });
    expect(await hasher.verify('pass', await other.hash('pass'))).toBe(true);
  });

  test.each(['', 'plain', '$2a$10$short', '$argon2id$broken', '$1$md5'])(
    'lets nobody in on the hash %j',
    async (hash) => {
      expect(await hasher.verify('anything', hash)).toBe(false);
    },
  );
});

test('bcrypt refuses what it would cut off', async () => {
  const hasher = createPasswordHasher({ scheme: 'bcrypt' });
  await expect(hasher.hash('é'.repeat(37))).rejects.toMatchObject({
    code: 'invalid',
    data: { password: { code: 'validation_invalid_value' } },
  });
  expect(await hasher.hash('é'.repeat(36))).toMatch(/^\$2a\$/);
});

test.each(['2a', '2b', '2y'])('knows the $%s$ prefix', async (prefix) => {
  const hasher = createPasswordHasher({ scheme: 'argon2id' });
  expect(await hasher.verify('abc', `$${prefix}$04$${BCRYPT_OF_ABC}`)).toBe(true);
});

test('refuses more callers than may wait', async () => {
  const hasher = createPasswordHasher({ scheme: 'argon2id', concurrency: 1, queue: 1 });
  const results = await Promise.allSettled([1, 2, 3].map(() => hasher.hash('x')));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(results[2]).toMatchObject({ reason: { code: 'rate_limited' } });
  expect(await hasher.hash('x')).toMatch(/^\$argon2id/);
});
