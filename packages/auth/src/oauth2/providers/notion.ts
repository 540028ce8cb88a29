import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const notion: Provider = {
  name: 'notion',
  displayName: 'Notion',
  order: 17,
  pkce: true,
  scopes: [],
  authURL: 'https://api.notion.com/v1/oauth/authorize',
  tokenURL: 'https://api.notion.com/v1/oauth/token',
  userInfoURL: 'https://api.notion.com/v1/users/me',
  basicAuth: true,
  request: () => ({ headers: { 'notion-version': '2022-06-28' } }),
  account: (user) => ({
    id: textAt(user, 'bot.owner.user.id'),
    name: textAt(user, 'bot.owner.user.name'),
    username: '',
    email: textAt(user, 'bot.owner.user.person.email'),
    emailVerified: false,
    avatarURL: textAt(user, 'bot.owner.user.avatar_url'),
  }),
};
