import type { JsonObject } from '@davit/domain';
import { authOptions } from '../auth-options.ts';
import { at, flag, isObject, text, texts, whole } from './cast.ts';
import { upgradeRule } from './old-rule.ts';

/** In the order in which 0.22 listed them. */
const PROVIDERS =
  'google facebook github gitlab discord twitter microsoft spotify kakao twitch strava gitee livechat gitea oidc oidc2 oidc3 apple instagram vk yandex patreon mailcow bitbucket planningcenter'.split(
    ' ',
  );
const TOKENS = ['Auth', 'PasswordReset', 'EmailChange', 'Verification', 'File'];
const TEMPLATES = ['verificationTemplate', 'resetPasswordTemplate', 'confirmEmailChangeTemplate'];

/** The options of an auth collection of 0.22; tokens, mails and providers were settings then. */
export function upgradeAuthOptions(old: JsonObject, settings: JsonObject): JsonObject {
  const options = authOptions({});
  const providers = upgradeProviders(settings);
  const manageRule = text(old.manageRule);
  const identityFields = [
    ...(flag(old.allowEmailAuth) ? ['email'] : []),
    ...(flag(old.allowUsernameAuth) ? ['username'] : []),
  ];
  return {
    ...options,
    ...upgradeTokens(options, settings, 'record'),
    ...upgradeTemplates(options, settings),
    authRule: flag(old.onlyVerified) ? 'verified=true' : '',
    manageRule: manageRule === '' ? null : upgradeRule(manageRule),
    passwordAuth: { enabled: identityFields.length > 0, identityFields },
    oauth2: {
      providers,
      mappedFields: { id: '', name: '', username: 'username', avatarURL: '' },
      enabled: flag(old.allowOAuth2Auth) && providers.length > 0,
    },
  };
}

/** What is signed for whom, from `recordAuthToken` or `adminAuthToken`: tokens given out before stay good. */
export function upgradeTokens(
  options: JsonObject,
  settings: JsonObject,
  owner: 'record' | 'admin',
): JsonObject {
  const entries = TOKENS.flatMap((kind) => {
    const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}Token`;
    const [old, fresh] = [settings[`${owner}${kind}Token`], options[name]];
    const secret = text(at(old, 'secret')) || text(at(fresh, 'secret'));
    const duration = whole(at(old, 'duration')) || whole(at(fresh, 'duration'));
    return [[name, { secret, duration }] as const];
  });
  return Object.fromEntries(entries);
}

function upgradeProviders(settings: JsonObject): JsonObject[] {
  return PROVIDERS.flatMap((name) => {
    const old = settings[`${name}Auth`];
    if (!isObject(old) || !flag(old.enabled)) return [];
    const pkce = old.pkce ?? null;
    return {
      pkce,
      name,
      clientId: text(old.clientId),
      clientSecret: text(old.clientSecret),
      authURL: text(old.authUrl),
      tokenURL: text(old.tokenUrl),
      userInfoURL: text(old.userApiUrl),
      displayName: text(old.displayName),
      extra: {},
    };
  });
}

function upgradeTemplates(options: JsonObject, settings: JsonObject): JsonObject {
  const entries = TEMPLATES.map((name) => {
    const old = at(settings, 'meta', name);
    const link = text(at(old, 'actionUrl'));
    const body = text(at(old, 'body')).replaceAll('{ACTION_URL}', () => link);
    const [subject, fresh] = [text(at(old, 'subject')), options[name]];
    const upgraded = {
      subject: subject || text(at(fresh, 'subject')),
      body: body || text(at(fresh, 'body')),
    };
    return [name, upgraded] as const;
  });
  return Object.fromEntries(entries);
}

/** Fields every auth collection of 0.22 had without saying so. */
export interface OldAuthFields {
  minPasswordLength: number;
  requireEmail: boolean;
  exceptDomains: string[];
  onlyDomains: string[];
}

export function oldAuthFields(old: JsonObject): OldAuthFields {
  return {
    minPasswordLength: whole(old.minPasswordLength),
    requireEmail: flag(old.requireEmail),
    exceptDomains: texts(old.exceptEmailDomains),
    onlyDomains: texts(old.onlyEmailDomains),
  };
}
