import type { Provider } from '../provider.ts';
import { provenEmail, textAt } from '../read-json.ts';

export const gitlab: Provider = {
  name: 'gitlab',
  displayName: 'GitLab',
  order: 8,
  pkce: true,
  scopes: ['read_user'],
  authURL: 'https://gitlab.com/oauth/authorize',
  tokenURL: 'https://gitlab.com/oauth/token',
  userInfoURL: 'https://gitlab.com/api/v4/user',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: textAt(user, 'name'),
    username: textAt(user, 'username'),
    ...provenEmail(textAt(user, 'email'), textAt(user, 'confirmed_at') !== ''),
    avatarURL: textAt(user, 'avatar_url'),
  }),
};
