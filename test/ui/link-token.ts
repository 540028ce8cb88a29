const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a mailed link carries, with a signature that no server made. */
export function linkToken(type: string, claims: Record<string, unknown> = {}): string {
  const account = { id: 'nobody000000000', collectionId: '_pb_users_auth_' };
  const payload = { ...account, email: 'ada@example.com', exp: 4_000_000_000, type, ...claims };
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}.${'s'.repeat(43)}`;
}
