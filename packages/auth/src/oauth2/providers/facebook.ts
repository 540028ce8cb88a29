import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const facebook: Provider = {
  name: 'facebook',
  displayName: 'Facebook',
  order: 5,
  pkce: true,
  scopes: ['email'],
  authURL: 'https://www.facebook.com/v3.2/dialog/oauth',
  tokenURL: 'https://graph.facebook.com/v3.2/oauth/access_token',
  userInfoURL: 'https://graph.facebook.com/me?fields=name,email,picture.type(large)',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: textAt(user, 'name'),
    username: '',
    email: textAt(user, 'email'),
    emailVerified: false,
    avatarURL: textAt(user, 'picture.data.url'),
  }),
};
