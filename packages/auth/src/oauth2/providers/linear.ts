import type { Provider } from '../provider.ts';
import { graphql } from '../graphql.ts';
import { flagAt, textAt } from '../read-json.ts';

export const linear: Provider = {
  name: 'linear',
  displayName: 'Linear',
  order: 16,
  pkce: false,
  scopes: ['read'],
  authURL: 'https://linear.app/oauth/authorize',
  tokenURL: 'https://api.linear.app/oauth/token',
  userInfoURL: 'https://api.linear.app/graphql',
  request: () => graphql('query Me { viewer { id displayName name email avatarUrl active } }'),
  account(user) {
    if (!flagAt(user, 'data.viewer.active')) throw new Error('the account is not active');
    return {
      id: textAt(user, 'data.viewer.id'),
      name: textAt(user, 'data.viewer.name'),
      username: textAt(user, 'data.viewer.displayName'),
      email: textAt(user, 'data.viewer.email'),
      emailVerified: false,
      avatarURL: textAt(user, 'data.viewer.avatarUrl'),
    };
  },
};
