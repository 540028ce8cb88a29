import type { Collection, Json, JsonObject, OAuth2Config } from '@davit/domain';

/** Which field of a new account takes what the provider says; '' none. */
export interface MappedFields {
  id: string;
  name: string;
  username: string;
  avatarURL: string;
}

/** The providers of a collection, in its own order. */
export function oauth2Configs({ options }: Collection): OAuth2Config[] {
  const { providers } = section(options.oauth2);
  return (Array.isArray(providers) ? providers : []).map(section).map((provider) => ({
    name: text(provider.name),
    clientId: text(provider.clientId),
    clientSecret: text(provider.clientSecret),
    authURL: text(provider.authURL),
    tokenURL: text(provider.tokenURL),
    userInfoURL: text(provider.userInfoURL),
    displayName: text(provider.displayName),
    pkce: typeof provider.pkce === 'boolean' ? provider.pkce : null,
    extra: section(provider.extra),
  }));
}

export function mappedFields({ options }: Collection): MappedFields {
  const { id, name, username, avatarURL } = section(section(options.oauth2).mappedFields);
  return { id: text(id), name: text(name), username: text(username), avatarURL: text(avatarURL) };
}

function section(value: Json | undefined): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? value : {};
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
