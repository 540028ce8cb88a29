import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const livechat: Provider = {
  name: 'livechat',
  displayName: 'LiveChat',
  order: 27,
  pkce: true,
  scopes: [],
  authURL: 'https://accounts.livechat.com/',
  tokenURL: 'https://accounts.livechat.com/token',
  userInfoURL: 'https://accounts.livechat.com/v2/accounts/me',
  account: (user) => ({
    id: textAt(user, 'account_id'),
    name: textAt(user, 'name'),
    username: '',
    ...provenEmail(textAt(user, 'email'), flagAt(user, 'email_verified')),
    avatarURL: textAt(user, 'avatar_url'),
  }),
};
