import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const discord: Provider = {
  name: 'discord',
  displayName: 'Discord',
  order: 12,
  pkce: true,
  scopes: ['identify', 'email'],
  authURL: 'https://discord.com/api/oauth2/authorize',
  tokenURL: 'https://discord.com/api/oauth2/token',
  userInfoURL: 'https://discord.com/api/users/@me',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: textAt(user, 'global_name') || textAt(user, 'username'),
    username: textAt(user, 'username'),
    ...provenEmail(textAt(user, 'email'), flagAt(user, 'verified')),
    avatarURL:
      textAt(user, 'avatar') &&
      `https://cdn.discordapp.com/avatars/${textAt(user, 'id')}/${textAt(user, 'avatar')}.png`,
  }),
};
