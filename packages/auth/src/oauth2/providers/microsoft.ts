import type { Json, JsonObject } from '@davit/domain';
import { Strategy } from 'passport-microsoft';
import type { MicrosoftStrategyOptions } from 'passport-microsoft';
import { readIdToken } from '../id-token.ts';
import type { IdTokenChecks } from '../id-token.ts';
import type { Provider } from '../provider.ts';
import { flagAt, textAt } from '../read-json.ts';

const ME = /\/v1\.0\/me\/?$/;

interface Address {
  email: string;
  emailVerified: boolean;
}

export const microsoft: Provider = {
  name: 'microsoft',
  displayName: 'Microsoft',
  order: 3,
  pkce: true,
  scopes: ['User.Read'],
  authURL: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  tokenURL: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  userInfoURL: 'https://graph.microsoft.com/v1.0/me',
  strategy({ verify, ...options }, { userInfoURL }) {
    const apiEntryPoint = userInfoURL.replace(ME, '');
    const given = { ...options, apiEntryPoint } as unknown as MicrosoftStrategyOptions;
    return new Strategy(given, verify as never);
  },
  async account(user, { settings, tokens, idToken }) {
    const choice = settings.extra.idTokenEmailClaim;
    const address =
      typeof choice === 'string' && choice !== ''
        ? fromClaims(choice, await claimsOf(tokens.params.id_token, idToken))
        : // an administrator of any tenant can write what they like there
          { email: textAt(user, 'mail'), emailVerified: false };
    return {
      id: textAt(user, 'id'),
      name: textAt(user, 'displayName'),
      username: '',
      avatarURL: '',
      ...address,
    };
  },
};

async function claimsOf(idToken: Json | undefined, checks: IdTokenChecks): Promise<JsonObject> {
  try {
    return await readIdToken(idToken, checks);
  } catch {
    return {};
  }
}

function fromClaims(choice: string, claims: JsonObject): Address {
  const primary =
    textAt(claims, 'verified_primary_email.0') || textAt(claims, 'verified_primary_email');
  const email = textAt(claims, 'email');
  const owned = flagAt(claims, 'xms_edov') ? email : '';
  if (choice === 'email') return { email, emailVerified: false };
  const found = {
    any_verified: primary || owned,
    verified_primary_email: primary,
    email_and_xms_edov: owned,
  }[choice];
  return { email: found ?? '', emailVerified: found !== undefined && found !== '' };
}
