import type { Provider } from '../provider.ts';
import { flagAt, textAt } from '../read-json.ts';

export const yandex: Provider = {
  name: 'yandex',
  displayName: 'Yandex',
  order: 4,
  pkce: true,
  scopes: ['login:email', 'login:avatar', 'login:info'],
  authURL: 'https://oauth.yandex.com/authorize',
  tokenURL: 'https://oauth.yandex.com/token',
  userInfoURL: 'https://login.yandex.ru/info',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: textAt(user, 'real_name'),
    username: textAt(user, 'login'),
    email: textAt(user, 'default_email'),
    emailVerified: false,
    avatarURL: flagAt(user, 'is_avatar_empty')
      ? ''
      : `https://avatars.yandex.net/get-yapic/${textAt(user, 'default_avatar_id')}/islands-200`,
  }),
};
