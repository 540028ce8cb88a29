import type { Collection, JsonObject, OAuth2Config } from '@davit/domain';
import { factorSettings, oauth2Enabled, passwordAuth } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { oauth2Configs } from './oauth2/oauth2-options.ts';

/** How one can sign in to a collection; public. */
export async function describeMethods(
  services: AuthServices,
  collection: Collection,
): Promise<JsonObject> {
  const password = passwordAuth(collection);
  const identityFields = password.enabled ? password.identityFields : [];
  const enabled = oauth2Enabled(collection);
  const providers = enabled ? await describeProviders(services, collection) : [];
  return {
    password: { identityFields, enabled: password.enabled },
    oauth2: { providers, enabled },
    mfa: factor(collection, 'mfa'),
    otp: factor(collection, 'otp'),
    authProviders: enabled ? providers.map((provider) => ({ ...provider, logo: '' })) : [],
    usernamePassword: identityFields.includes('username'),
    emailPassword: identityFields.includes('email'),
  };
}

function factor(collection: Collection, name: 'mfa' | 'otp'): JsonObject {
  const { enabled, duration } = factorSettings(collection, name);
  return { enabled, duration: enabled ? duration : 0 };
}

async function describeProviders(
  services: AuthServices,
  collection: Collection,
): Promise<JsonObject[]> {
  const configs = oauth2Configs(collection);
  const started = await Promise.all(configs.map((config) => describeProvider(services, config)));
  return started.filter((provider) => provider !== undefined);
}

/** One that does not say where it is is left out: the others still work. */
async function describeProvider(
  { providers, context }: AuthServices,
  config: OAuth2Config,
): Promise<JsonObject | undefined> {
  if (providers === undefined) return undefined;
  try {
    const { displayName, logo, state, authURL, ...pkce } = await providers.start(config);
    return { name: config.name, displayName, logo, state, authURL, authUrl: authURL, ...pkce };
  } catch (error) {
    const fields = { provider: config.name, error: String(error) };
    context.core.logger.log('warn', 'a provider cannot be offered', fields);
    return undefined;
  }
}
