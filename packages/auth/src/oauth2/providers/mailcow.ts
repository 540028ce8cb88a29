import type { Provider } from '../provider.ts';
import { flagAt, textAt } from '../read-json.ts';

export const mailcow: Provider = {
  name: 'mailcow',
  displayName: 'mailcow',
  order: 28,
  pkce: true,
  scopes: ['profile'],
  authURL: '',
  tokenURL: '',
  userInfoURL: '',
  account(user) {
    if (!flagAt(user, 'active')) throw new Error('the account is not active');
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'full_name'),
      username: textAt(user, 'username').replace(/@.*/, ''),
      email: textAt(user, 'email'),
      emailVerified: true,
      avatarURL: '',
    };
  },
};
