import GoogleStrategy from 'passport-google-oauth20';
import type { StrategyOptions } from 'passport-google-oauth20';
import type { Provider } from '../provider.ts';
import { flagAt, provenEmail, textAt } from '../read-json.ts';

/** of passport-oauth2, open to those who extend it */
interface Client {
  useAuthorizationHeaderforGET(use: boolean): void;
}

export const google: Provider = {
  name: 'google',
  displayName: 'Google',
  order: 2,
  pkce: true,
  scopes: [
    'https://www.googleapis.com/auth/userinfo.profile',
    'https://www.googleapis.com/auth/userinfo.email',
  ],
  authURL: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenURL: 'https://oauth2.googleapis.com/token',
  userInfoURL: 'https://www.googleapis.com/oauth2/v3/userinfo',
  strategy({ verify, ...options }, { userInfoURL }) {
    const given = { ...options, userProfileURL: userInfoURL } as unknown as StrategyOptions;
    const strategy = new GoogleStrategy.Strategy(given, verify as never);
    // the token belongs in a header: query strings end up in logs
    const { _oauth2: client } = strategy as unknown as { _oauth2: Client };
    client.useAuthorizationHeaderforGET(true);
    return strategy;
  },
  account: (user) => ({
    id: textAt(user, 'sub'),
    name: textAt(user, 'name'),
    username: '',
    ...provenEmail(textAt(user, 'email'), flagAt(user, 'email_verified')),
    avatarURL: textAt(user, 'picture'),
  }),
};
