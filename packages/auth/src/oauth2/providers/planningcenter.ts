import type { Provider } from '../provider.ts';
import { textAt } from '../read-json.ts';

export const planningcenter: Provider = {
  name: 'planningcenter',
  displayName: 'Planning Center',
  order: 29,
  pkce: true,
  scopes: ['people'],
  authURL: 'https://api.planningcenteronline.com/oauth/authorize',
  tokenURL: 'https://api.planningcenteronline.com/oauth/token',
  userInfoURL: 'https://api.planningcenteronline.com/people/v2/me',
  account(user) {
    if (textAt(user, 'data.attributes.status') !== 'active')
      throw new Error('the account is not active');
    return {
      id: textAt(user, 'data.id'),
      name: textAt(user, 'data.attributes.name'),
      username: '',
      email: '',
      emailVerified: false,
      avatarURL: textAt(user, 'data.attributes.avatar'),
    };
  },
};
