import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const box: Provider = {
  name: 'box',
  displayName: 'Box',
  order: 20,
  pkce: true,
  scopes: ['root_readonly'],
  authURL: 'https://account.box.com/api/oauth2/authorize',
  tokenURL: 'https://api.box.com/oauth2/token',
  userInfoURL: 'https://api.box.com/2.0/users/me',
  account(user) {
    if (textAt(user, 'status') !== 'active') throw new Error('the account is not active');
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'name'),
      username: '',
      email: textAt(user, 'login'),
      emailVerified: true,
      avatarURL: textAt(user, 'avatar_url'),
    };
  },
};
