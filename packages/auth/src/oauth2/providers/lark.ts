import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const lark: Provider = {
  name: 'lark',
  displayName: 'Lark',
  order: 19,
  pkce: true,
  scopes: [],
  authURL: 'https://accounts.feishu.cn/open-apis/authen/v1/authorize',
  tokenURL: 'https://open.feishu.cn/open-apis/authen/v2/oauth/token',
  userInfoURL: 'https://open.feishu.cn/open-apis/authen/v1/user_info',
  account: (user) => ({
    id: textAt(user, 'data.union_id'),
    name: textAt(user, 'data.name'),
    username: '',
    email: '',
    emailVerified: false,
    avatarURL: textAt(user, 'data.avatar_url'),
  }),
};
