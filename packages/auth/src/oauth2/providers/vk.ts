import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const vk: Provider = {
  name: 'vk',
  displayName: 'ВКонтакте',
  order: 15,
  pkce: false,
  scopes: ['email'],
  authURL: 'https://oauth.vk.com/authorize',
  tokenURL: 'https://oauth.vk.com/access_token',
  userInfoURL: 'https://api.vk.com/method/users.get?fields=photo_max,screen_name&v=5.131',
  account: (user, { tokens }) => ({
    id: textAt(user, 'response.0.id'),
    name: `${textAt(user, 'response.0.first_name')} ${textAt(user, 'response.0.last_name')}`.trim(),
    username: textAt(user, 'response.0.screen_name'),
    email: textAt(tokens.params, 'email'),
    emailVerified: false,
    avatarURL: textAt(user, 'response.0.photo_max'),
  }),
};
