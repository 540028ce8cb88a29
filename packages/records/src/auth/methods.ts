import type { Collection, JsonObject } from '@davit/domain';
import { factorSettings, oauth2Enabled, passwordAuth } from './auth-options.ts';

/** How one can sign in to a collection; public. */
export function describeMethods(collection: Collection): JsonObject {
  const password = passwordAuth(collection);
  const identityFields = password.enabled ? password.identityFields : [];
  const oauth2 = oauth2Enabled(collection);
  return {
    password: { identityFields, enabled: password.enabled },
    oauth2: { providers: [], enabled: oauth2 },
    mfa: factor(collection, 'mfa'),
    otp: factor(collection, 'otp'),
    authProviders: oauth2 ? [] : null,
    usernamePassword: identityFields.includes('username'),
    emailPassword: identityFields.includes('email'),
  };
}

function factor(collection: Collection, name: 'mfa' | 'otp'): JsonObject {
  const { enabled, duration } = factorSettings(collection, name);
  return { enabled, duration: enabled ? duration : 0 };
}
