import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const wakatime: Provider = {
  name: 'wakatime',
  displayName: 'WakaTime',
  order: 26,
  pkce: true,
  scopes: ['email'],
  authURL: 'https://wakatime.com/oauth/authorize',
  tokenURL: 'https://wakatime.com/oauth/token',
  userInfoURL: 'https://wakatime.com/api/v1/users/current',
  account: (user) => ({
    id: textAt(user, 'data.id'),
    name: textAt(user, 'data.display_name'),
    username: textAt(user, 'data.username'),
    ...provenEmail(textAt(user, 'data.email'), flagAt(user, 'data.is_email_confirmed')),
    avatarURL: flagAt(user, 'data.photo_public') ? textAt(user, 'data.photo') : '',
  }),
};
