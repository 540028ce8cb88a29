import { AppError, type Json, type JsonObject } from '@davit/domain';
import { BAD_FORMAT, isLike } from './body-format.ts';

const EMPTY: JsonObject = {
  pkce: null,
  name: '',
  clientId: '',
  clientSecret: '',
  authURL: '',
  tokenURL: '',
  userInfoURL: '',
  displayName: '',
  extra: {},
};

/** A provider of a collection with every option there is, and no other. */
export function completeProvider(stored: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(EMPTY).map(([key, otherwise]) => [key, stored[key] ?? otherwise]),
  );
}

/** What is sent over what is known of it. Throws `invalid` where an option is of another kind than it should be. */
export function mergeProvider(known: JsonObject | undefined, given: Json): JsonObject {
  const sent = section(given);
  const merged: JsonObject = {};
  for (const [key, old] of Object.entries(completeProvider(known ?? {}))) {
    const value = sent[key];
    if (key === 'extra') merged[key] = value === null ? {} : { ...section(old), ...section(value) };
    else if (key === 'pkce') merged[key] = value === undefined ? old : pkceOf(value);
    else merged[key] = value === null ? '' : textOf(value ?? old);
  }
  return merged;
}

function pkceOf(value: Json): Json {
  if (value === null || isLike(value, false)) return value;
  throw new AppError('invalid', BAD_FORMAT);
}

function textOf(value: Json): Json {
  if (isLike(value, '')) return value;
  throw new AppError('invalid', BAD_FORMAT);
}

function section(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw new AppError('invalid', BAD_FORMAT);
}
