import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const trakt: Provider = {
  name: 'trakt',
  displayName: 'Trakt',
  order: 22,
  pkce: true,
  scopes: [],
  authURL: 'https://trakt.tv/oauth/authorize',
  tokenURL: 'https://api.trakt.tv/oauth/token',
  userInfoURL: 'https://api.trakt.tv/users/settings',
  request: ({ clientId }) => ({ headers: { 'trakt-api-key': clientId, 'trakt-api-version': '2' } }),
  account: (user) => ({
    id: textAt(user, 'user.ids.uuid'),
    name: textAt(user, 'user.name'),
    username: textAt(user, 'user.username'),
    email: '',
    emailVerified: false,
    avatarURL: textAt(user, 'user.images.avatar.full'),
  }),
};
