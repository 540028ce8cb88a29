import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const twitter: Provider = {
  name: 'twitter',
  displayName: 'X/Twitter',
  order: 13,
  pkce: true,
  scopes: ['users.read', 'users.email', 'tweet.read'],
  authURL: 'https://x.com/i/oauth2/authorize',
  tokenURL: 'https://api.x.com/2/oauth2/token',
  userInfoURL:
    'https://api.x.com/2/users/me?user.fields=id,name,username,profile_image_url,confirmed_email',
  basicAuth: true,
  account: (user) => ({
    id: textAt(user, 'data.id'),
    name: textAt(user, 'data.name'),
    username: textAt(user, 'data.username'),
    email: textAt(user, 'data.confirmed_email'),
    emailVerified: textAt(user, 'data.confirmed_email') !== '',
    avatarURL: textAt(user, 'data.profile_image_url'),
  }),
};
