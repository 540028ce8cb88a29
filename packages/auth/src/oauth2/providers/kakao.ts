import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const kakao: Provider = {
  name: 'kakao',
  displayName: 'Kakao',
  order: 14,
  pkce: true,
  scopes: ['account_email', 'profile_nickname', 'profile_image'],
  authURL: 'https://kauth.kakao.com/oauth/authorize',
  tokenURL: 'https://kauth.kakao.com/oauth/token',
  userInfoURL: 'https://kapi.kakao.com/v2/user/me',
  account: (user) => ({
    id: textAt(user, 'id'),
    name: '',
    username: textAt(user, 'properties.nickname'),
    ...provenEmail(
      textAt(user, 'kakao_account.email'),
      flagAt(user, 'kakao_account.is_email_verified') &&
        flagAt(user, 'kakao_account.is_email_valid'),
    ),
    avatarURL: textAt(user, 'properties.profile_image'),
  }),
};
