import type { Provider } from '../provider.ts';
import { asList, flagAt, textAt } from '../read-json.ts';

export const gitea: Provider = {
  name: 'gitea',
  displayName: 'Gitea/Forgejo',
  order: 11,
  pkce: true,
  scopes: ['read:user', 'user:email'],
  authURL: 'https://gitea.com/login/oauth/authorize',
  tokenURL: 'https://gitea.com/login/oauth/access_token',
  userInfoURL: 'https://gitea.com/api/v1/user',
  async account(user, { get, settings }) {
    if (!flagAt(user, 'active')) throw new Error('the account is not active');
    const email = asList(await get(`${settings.userInfoURL}/emails`)).find(
      (it) => flagAt(it, 'primary') && flagAt(it, 'verified'),
    );
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'full_name'),
      username: textAt(user, 'login'),
      email: textAt(email ?? null, 'email'),
      emailVerified: email !== undefined,
      avatarURL: textAt(user, 'avatar_url'),
    };
  },
};
