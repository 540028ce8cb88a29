import type { Json, JsonObject } from '@davit/domain';
import { fetchJson } from '../fetch-json.ts';
import { readIdToken } from '../id-token.ts';
import type { Answer, Provider, Settings } from '../provider.ts';
import { asObject, flagAt, provenEmail, textAt } from '../read-json.ts';

const DISCOVERY_MS = 10_000;

/**
 * Any OpenID provider. `extra.issuers` and `extra.jwksURL` are what its tokens are checked with; with one issuer,
 * addresses that are not configured are read from what it publishes.
 */
export const oidc: Provider = {
  name: 'oidc',
  displayName: 'OIDC',
  order: 99,
  pkce: true,
  scopes: ['openid', 'email', 'profile'],
  authURL: '',
  tokenURL: '',
  userInfoURL: '',
  discover,
  user: userDocument,
  account: (user) => ({
    id: textAt(user, 'sub'),
    name: textAt(user, 'name'),
    username: textAt(user, 'preferred_username'),
    ...provenEmail(textAt(user, 'email'), flagAt(user, 'email_verified')),
    avatarURL: textAt(user, 'picture'),
  }),
};

export const oidc2: Provider = { ...oidc, name: 'oidc2' };
export const oidc3: Provider = { ...oidc, name: 'oidc3' };

async function discover(settings: Settings): Promise<Settings> {
  const [issuer, ...others] = issuersOf(settings);
  const isComplete = settings.authURL !== '' && settings.tokenURL !== '';
  if (isComplete || issuer === undefined || others.length > 0) return settings;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const signal = AbortSignal.timeout(DISCOVERY_MS);
  const published = asObject(await fetchJson(url, { fetch, signal }));
  if (published.issuer !== issuer) throw new Error('the issuer calls itself something else');
  const jwksURL = textAt(settings.extra, 'jwksURL') || textAt(published, 'jwks_uri');
  return {
    ...settings,
    authURL: settings.authURL || textAt(published, 'authorization_endpoint'),
    tokenURL: settings.tokenURL || textAt(published, 'token_endpoint'),
    userInfoURL: settings.userInfoURL || textAt(published, 'userinfo_endpoint'),
    extra: { ...settings.extra, jwksURL },
  };
}

/** The user document, or the id_token; where both are there they must be about the same account. */
async function userDocument({ settings, tokens, get, idToken }: Answer): Promise<JsonObject> {
  const { userInfoURL, clientId } = settings;
  const jwksURL = textAt(settings.extra, 'jwksURL');
  const isChecked = userInfoURL === '' || jwksURL !== '';
  const claims = isChecked
    ? await readIdToken(tokens.params.id_token, {
        ...idToken,
        audience: clientId,
        issuers: issuersOf(settings),
        jwksURL,
      })
    : undefined;
  if (userInfoURL === '') return claims ?? {};
  const user = asObject(await get(userInfoURL));
  if (claims && claims.sub !== user.sub) throw new Error('the id_token is about somebody else');
  return { ...claims, ...user };
}

function issuersOf({ extra }: Settings): string[] {
  const given: Json[] = [extra.issuers ?? []].flat();
  return given.filter((issuer) => typeof issuer === 'string' && issuer !== '') as string[];
}
