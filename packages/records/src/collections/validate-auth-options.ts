import type { Collection, FieldError, FieldErrors, Json, JsonObject } from '@davit/domain';
import { hasUniqueIndex } from '@davit/domain';
import {
  factorSettings,
  oauth2Enabled,
  passwordAuth,
  tokenSettings,
} from '../auth/auth-options.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import { isUrl } from '../fields/url.ts';
import type { CollectionContext } from './collection-context.ts';
import { lengthBetween, outside } from './complaints.ts';
import { isProvider } from './providers.ts';
import { ruleError } from './validate-rule.ts';

type Found = FieldError | FieldErrors | undefined;

const TOKENS = ['auth', 'file', 'verification', 'passwordReset', 'emailChange'] as const;
const TEMPLATES = ['verificationTemplate', 'resetPasswordTemplate', 'confirmEmailChangeTemplate'];
const DAY = 86_400;

/** Complaints about the options of an auth collection; those about how they fit together come last and alone. */
export function validateAuthOptions(
  collection: Collection,
  context: CollectionContext,
): FieldErrors {
  const { options } = collection;
  const password = passwordAuth(collection);
  const found: Record<string, Found> = {
    ...tokenErrors(collection),
    ...Object.fromEntries(TEMPLATES.map((name) => [name, templateErrors(options[name])])),
    authAlert: errors({ emailTemplate: templateErrors(section(options.authAlert).emailTemplate) }),
    passwordAuth: errors({
      identityFields:
        password.enabled && password.identityFields.every((name) => name === '')
          ? REQUIRED
          : undefined,
    }),
    mfa: mfaErrors(collection),
    otp: otpErrors(section(options.otp)),
    oauth2: errors({ providers: oauth2Enabled(collection) ? providerErrors(options) : undefined }),
  };
  return errors(found) ?? combined(collection, context) ?? {};
}

/** How they fit together: the first complaint, alone. */
function combined(collection: Collection, context: CollectionContext): FieldErrors | undefined {
  const { enabled, identityFields } = passwordAuth(collection);
  const mfa = factorSettings(collection, 'mfa').enabled;
  const methods = [enabled, factorSettings(collection, 'otp').enabled, oauth2Enabled(collection)];
  if (mfa && methods.filter(Boolean).length < 2) {
    const code = 'validation_mfa_not_enough_auths';
    const message = 'MFA requires at least 2 auth methods to be enabled.';
    return { mfa: { enabled: { code, message } } };
  }
  const rule = mfa ? section(collection.options.mfa).rule : '';
  const ruled = typeof rule === 'string' ? ruleError(collection, rule, context) : undefined;
  if (ruled) return { mfa: { rule: ruled } };
  const identity = enabled ? identityError(collection, identityFields) : undefined;
  return identity && { passwordAuth: { identityFields: identity } };
}

/** Without those that have nothing to complain about; undefined: all is well. */
function errors(found: Record<string, Found>): FieldErrors | undefined {
  const entries = Object.entries(found).filter(([, error]) => error !== undefined);
  return entries.length > 0 ? (Object.fromEntries(entries) as FieldErrors) : undefined;
}

function tokenErrors(collection: Collection): Record<string, Found> {
  const found = TOKENS.map((type): [string, Found] => {
    const { secret, duration } = tokenSettings(collection, type);
    const isOdd = secret.length < 30 || secret.length > 255;
    return [
      `${type}Token`,
      errors({
        secret: secret === '' ? REQUIRED : isOdd ? lengthBetween(30, 255) : undefined,
        duration: duration === 0 ? REQUIRED : outside(duration, 10, 94_670_856),
      }),
    ];
  });
  return Object.fromEntries(found);
}

function templateErrors(template: Json | undefined): Found {
  const { subject, body } = section(template);
  return errors({
    subject: subject ? undefined : REQUIRED,
    body: body ? undefined : REQUIRED,
  });
}

function mfaErrors(collection: Collection): Found {
  const { enabled, duration } = factorSettings(collection, 'mfa');
  if (!enabled) return undefined;
  return errors({ duration: duration === 0 ? REQUIRED : outside(duration, 10, DAY) });
}

function otpErrors(otp: JsonObject): Found {
  const template = templateErrors(otp.emailTemplate);
  if (otp.enabled !== true) return errors({ emailTemplate: template });
  const [duration, length] = [Number(otp.duration), Number(otp.length)];
  return errors({
    duration: duration === 0 ? REQUIRED : outside(duration, 10, DAY),
    length: length === 0 ? REQUIRED : outside(length, 4, Infinity),
    emailTemplate: template,
  });
}

function providerErrors(options: JsonObject): Found {
  const { providers: given } = section(options.oauth2);
  const providers = (Array.isArray(given) ? given : []).map(section);
  return twinError(providers) ?? errors(Object.fromEntries(providers.map(providerError)));
}

/** The second of two; nothing else is looked at then. */
function twinError(providers: readonly JsonObject[]): Found {
  const names = providers.map(({ name }) => (typeof name === 'string' ? name : ''));
  const index = names.findIndex((name, at) => name !== '' && names.indexOf(name) < at);
  const name = names[index];
  if (name === undefined) return undefined;
  const message = `The provider ${name} is already registered.`;
  const error = { code: 'validation_duplicated_provider', message, params: { name } };
  return { [index]: { name: error } };
}

function providerError(provider: JsonObject, index: number): [string, Found] {
  return [
    String(index),
    errors({
      name: providerNameError(provider.name ?? ''),
      clientId: provider.clientId ? undefined : REQUIRED,
      clientSecret: provider.clientSecret ? undefined : REQUIRED,
      ...Object.fromEntries(
        ['authURL', 'tokenURL', 'userInfoURL'].map((key) => [key, urlError(provider[key] ?? '')]),
      ),
    }),
  ];
}

function providerNameError(name: Json): FieldError | undefined {
  if (name === '') return REQUIRED;
  const text = typeof name === 'string' ? name : JSON.stringify(name);
  if (isProvider(text)) return undefined;
  const message = `Invalid or missing provider with name ${text}.`;
  return { code: 'validation_missing_provider', message, params: { name: text } };
}

function urlError(value: Json): FieldError | undefined {
  if (value === '' || (typeof value === 'string' && isUrl(value))) return undefined;
  return { code: 'validation_is_url', message: 'Must be a valid URL.' };
}

function identityError(
  collection: Collection,
  identityFields: readonly string[],
): FieldError | undefined {
  for (const name of identityFields) {
    const params = { fieldName: name };
    if (!collection.fields.some((field) => field.name === name)) {
      const message = `Invalid or missing field ${name}.`;
      return { code: 'validation_missing_field', message, params };
    }
    if (!hasUniqueIndex(collection.indexes, name)) {
      const message = `The field ${name} doesn't have a UNIQUE constraint.`;
      return { code: 'validation_missing_unique_constraint', message, params };
    }
  }
  return undefined;
}

function section(value: Json | undefined): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? value : {};
}
