import type { Provider } from '../provider.ts';
import { asList, at, flagAt, textAt } from '../read-json.ts';

export const bitbucket: Provider = {
  name: 'bitbucket',
  displayName: 'Bitbucket',
  order: 9,
  pkce: false,
  scopes: ['account'],
  authURL: 'https://bitbucket.org/site/oauth2/authorize',
  tokenURL: 'https://bitbucket.org/site/oauth2/access_token',
  userInfoURL: 'https://api.bitbucket.org/2.0/user',
  async account(user, { get, settings }) {
    if (textAt(user, 'account_status') !== 'active') throw new Error('the account is not active');
    const email = asList(at(await get(`${settings.userInfoURL}/emails`), 'values')).find(
      (it) => flagAt(it, 'is_primary') && flagAt(it, 'is_confirmed'),
    );
    return {
      id: textAt(user, 'uuid'),
      name: textAt(user, 'display_name'),
      username: textAt(user, 'username'),
      email: textAt(email ?? null, 'email'),
      emailVerified: email !== undefined,
      avatarURL: textAt(user, 'links.avatar.href'),
    };
  },
};
