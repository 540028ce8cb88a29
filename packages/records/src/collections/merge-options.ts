import { AppError, type Json, type JsonObject } from '@davit/domain';
import { BAD_FORMAT, isLike } from './body-format.ts';
import { mergeProvider } from './provider-options.ts';

const TEMPLATE: JsonObject = { subject: '', body: '' };
const TOKEN: JsonObject = { secret: '', duration: 0 };

/** What every option is when it is said to be null. */
const EMPTY: JsonObject = {
  authAlert: { enabled: false, emailTemplate: TEMPLATE },
  oauth2: {
    providers: [],
    mappedFields: { id: '', name: '', username: '', avatarURL: '' },
    enabled: false,
  },
  passwordAuth: { enabled: false, identityFields: [] },
  mfa: { enabled: false, duration: 0, rule: '' },
  otp: { enabled: false, duration: 0, length: 0, emailTemplate: TEMPLATE },
  authToken: TOKEN,
  passwordResetToken: TOKEN,
  emailChangeToken: TOKEN,
  verificationToken: TOKEN,
  fileToken: TOKEN,
  verificationTemplate: TEMPLATE,
  resetPasswordTemplate: TEMPLATE,
  confirmEmailChangeTemplate: TEMPLATE,
  viewQuery: '',
};

/**
 * Options with those of a body over them, key by key, so that secrets survive an update that does not mention them.
 * Throws `invalid` where one is of another kind than it should be.
 */
export function mergeOptions(options: JsonObject, given: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const [key, value] of Object.entries(options)) {
    const item = given[key];
    if (item === undefined) merged[key] = value;
    else merged[key] = isRule(key) ? ruleOf(item) : merge(EMPTY[key] ?? '', value, item);
  }
  return merged;
}

function isRule(key: string): boolean {
  return key === 'authRule' || key === 'manageRule';
}

function ruleOf(given: Json): string | null {
  if (given !== null && typeof given !== 'string') throw new AppError('invalid', BAD_FORMAT);
  return given;
}

function merge(empty: Json, value: Json, given: Json): Json {
  if (given === null) return empty;
  if (!isObject(empty)) {
    if (!isLike(given, empty)) throw new AppError('invalid', BAD_FORMAT);
    return given;
  }
  if (!isObject(given)) throw new AppError('invalid', BAD_FORMAT);
  const before = section(value);
  const merged: JsonObject = {};
  for (const [key, otherwise] of Object.entries(empty)) {
    const [old, item] = [before[key] ?? otherwise, given[key]];
    if (item === undefined) merged[key] = old;
    else
      merged[key] = key === 'providers' ? mergeProviders(old, item) : merge(otherwise, old, item);
  }
  return merged;
}

/** Each over the one of its name, wherever that stood: what another was given is none of its business. */
function mergeProviders(previous: Json, given: Json): Json {
  if (given === null) return [];
  if (!Array.isArray(given)) throw new AppError('invalid', BAD_FORMAT);
  const known = Array.isArray(previous) ? previous.filter(isObject) : [];
  return given.map((provider) => {
    const wanted = isObject(provider) ? provider.name : undefined;
    return mergeProvider(
      known.find(({ name }) => name === wanted),
      provider,
    );
  });
}

function section(value: Json | undefined): JsonObject {
  return value !== undefined && isObject(value) ? value : {};
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
