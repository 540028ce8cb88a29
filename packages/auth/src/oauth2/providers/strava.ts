import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const strava: Provider = {
  name: 'strava',
  displayName: 'Strava',
  order: 25,
  pkce: true,
  scopes: ['profile:read_all'],
  authURL: 'https://www.strava.com/oauth/authorize',
  tokenURL: 'https://www.strava.com/api/v3/oauth/token',
  userInfoURL: 'https://www.strava.com/api/v3/athlete',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: `${textAt(user, 'firstname')} ${textAt(user, 'lastname')}`.trim(),
    username: textAt(user, 'username'),
    email: '',
    emailVerified: false,
    avatarURL: textAt(user, 'profile'),
  }),
};
