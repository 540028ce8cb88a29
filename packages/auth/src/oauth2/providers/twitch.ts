import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const twitch: Provider = {
  name: 'twitch',
  displayName: 'Twitch',
  order: 23,
  pkce: true,
  scopes: ['user:read:email'],
  authURL: 'https://id.twitch.tv/oauth2/authorize',
  tokenURL: 'https://id.twitch.tv/oauth2/token',
  userInfoURL: 'https://api.twitch.tv/helix/users',
  request: ({ clientId }) => ({ headers: { 'client-id': clientId } }),
  account: (user) => ({
    id: textAt(user, 'data.0.id'),
    name: textAt(user, 'data.0.display_name'),
    username: textAt(user, 'data.0.login'),
    email: textAt(user, 'data.0.email'),
    emailVerified: textAt(user, 'data.0.email') !== '',
    avatarURL: textAt(user, 'data.0.profile_image_url'),
  }),
};
