import type { Provider } from '../provider.ts';
import { graphql } from '../graphql.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const monday: Provider = {
  name: 'monday',
  displayName: 'monday.com',
  order: 18,
  pkce: true,
  scopes: ['me:read'],
  authURL: 'https://auth.monday.com/oauth2/authorize',
  tokenURL: 'https://auth.monday.com/oauth2/token',
  userInfoURL: 'https://api.monday.com/v2',
  request: () => graphql('query { me { id enabled name email is_verified photo_small }}'),
  account(user) {
    if (!flagAt(user, 'data.me.enabled')) throw new Error('the account is not active');
    return {
      id: textAt(user, 'data.me.id'),
      name: textAt(user, 'data.me.name'),
      username: '',
      ...provenEmail(textAt(user, 'data.me.email'), flagAt(user, 'data.me.is_verified')),
      avatarURL: textAt(user, 'data.me.photo_small'),
    };
  },
};
