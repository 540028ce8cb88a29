import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const instagram: Provider = {
  name: 'instagram2',
  displayName: 'Instagram',
  order: 6,
  pkce: true,
  scopes: ['instagram_business_basic'],
  authURL: 'https://www.instagram.com/oauth/authorize',
  tokenURL: 'https://api.instagram.com/oauth/access_token',
  userInfoURL:
    'https://graph.instagram.com/me?fields=id,username,account_type,user_id,name,profile_picture_url,followers_count,follows_count,media_count',
  account: (user) => ({
    id: textAt(user, 'user_id'),
    name: textAt(user, 'name'),
    username: textAt(user, 'username'),
    email: '',
    emailVerified: false,
    avatarURL: textAt(user, 'profile_picture_url'),
  }),
};
