import type { Provider } from '../provider.ts';
import { asList, textAt } from '../read-json.ts';

export const gitee: Provider = {
  name: 'gitee',
  displayName: 'Gitee',
  order: 10,
  pkce: true,
  scopes: ['user_info', 'emails'],
  authURL: 'https://gitee.com/oauth/authorize',
  tokenURL: 'https://gitee.com/oauth/token',
  userInfoURL: 'https://gitee.com/api/v5/user',
  async account(user, { get }) {
    const email = asList(await get('https://gitee.com/api/v5/emails')).find(
      (it) => it.state === 'confirmed' && [it.scope].flat().includes('primary'),
    );
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'name'),
      username: textAt(user, 'login'),
      email: textAt(email ?? null, 'email'),
      emailVerified: email !== undefined,
      avatarURL: textAt(user, 'avatar_url'),
    };
  },
};
