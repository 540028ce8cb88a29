import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const spotify: Provider = {
  name: 'spotify',
  displayName: 'Spotify',
  order: 21,
  pkce: true,
  scopes: ['user-read-private'],
  authURL: 'https://accounts.spotify.com/authorize',
  tokenURL: 'https://accounts.spotify.com/api/token',
  userInfoURL: 'https://api.spotify.com/v1/me',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: textAt(user, 'display_name'),
    username: '',
    email: '',
    emailVerified: false,
    avatarURL: textAt(user, 'images.0.url'),
  }),
};
