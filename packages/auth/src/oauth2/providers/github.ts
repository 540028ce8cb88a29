import { Strategy } from 'passport-github2';
import type { StrategyOptions } from 'passport-github2';
import type { Provider } from '../provider.ts';
import { asList, flagAt, textAt } from '../read-json.ts';

export const github: Provider = {
  name: 'github',
  displayName: 'GitHub',
  order: 7,
  pkce: true,
  scopes: ['read:user', 'user:email'],
  authURL: 'https://github.com/login/oauth/authorize',
  tokenURL: 'https://github.com/login/oauth/access_token',
  userInfoURL: 'https://api.github.com/user',
  strategy({ verify, ...options }, { userInfoURL }) {
    const given = {
      ...options,
      userProfileURL: userInfoURL,
      userEmailURL: `${userInfoURL}/emails`,
      allRawEmails: true, // else the primary address is taken, verified or not
    } as unknown as StrategyOptions;
    return new Strategy(given, verify as never);
  },
  account(user) {
    const primary = asList(user.emails).find(
      (it) => flagAt(it, 'primary') && flagAt(it, 'verified'),
    );
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'name'),
      username: textAt(user, 'login'),
      email: textAt(primary ?? null, 'value'),
      emailVerified: primary !== undefined,
      avatarURL: textAt(user, 'avatar_url'),
    };
  },
};
