import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const patreon: Provider = {
  name: 'patreon',
  displayName: 'Patreon',
  order: 24,
  pkce: true,
  scopes: ['identity', 'identity[email]'],
  authURL: 'https://www.patreon.com/oauth2/authorize',
  tokenURL: 'https://www.patreon.com/api/oauth2/token',
  userInfoURL:
    'https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=full_name,email,vanity,image_url,is_email_verified',
  account: (user) => ({
    id: textAt(user, 'data.id'),
    name: textAt(user, 'data.attributes.full_name'),
    username: textAt(user, 'data.attributes.vanity'),
    ...provenEmail(
      textAt(user, 'data.attributes.email'),
      flagAt(user, 'data.attributes.is_email_verified'),
    ),
    avatarURL: textAt(user, 'data.attributes.image_url'),
  }),
};
