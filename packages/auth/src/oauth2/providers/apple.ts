import { readIdToken } from '../id-token.ts';
import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

export const apple: Provider = {
  name: 'apple',
  displayName: 'Apple',
  order: 1,
  pkce: true,
  scopes: ['name', 'email'],
  authURL: 'https://appleid.apple.com/auth/authorize',
  tokenURL: 'https://appleid.apple.com/auth/token',
  userInfoURL: '',
  authParams: { response_mode: 'form_post' }, // Apple asks for it where there are scopes
  user: ({ settings, tokens, idToken }) =>
    readIdToken(tokens.params.id_token, {
      ...idToken,
      audience: settings.clientId,
      issuers: ['https://appleid.apple.com'],
      jwksURL: 'https://appleid.apple.com/auth/keys',
    }),
  account: (user) => ({
    id: textAt(user, 'sub'),
    name: textAt(user, 'name'),
    username: '',
    ...provenEmail(textAt(user, 'email'), flagAt(user, 'email_verified')),
    avatarURL: '',
  }),
};
