import { getTokenPayload, isTokenExpired } from 'pocketbase';
import { pb } from './client.ts';

/** Is this an installer link that still works, as far as the browser can tell? */
export function isTokenUsable(token: string): boolean {
  const payload = getTokenPayload(token);
  return typeof payload['id'] === 'string' && !isTokenExpired(token);
}

/** Creates the first superuser with the token that the server printed. */
export async function createFirstSuperuser(
  token: string,
  email: string,
  password: string,
): Promise<void> {
  await pb
    .collection('_superusers')
    .create({ email, password, passwordConfirm: password }, { headers: { Authorization: token } });
}
