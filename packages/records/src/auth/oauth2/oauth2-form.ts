import type { Json, JsonObject, OAuth2Config } from '@davit/domain';
import { checkForm, member, readText, unreadable } from '../auth-form.ts';

const LOADING = 'An error occurred while loading the submitted data.';

export interface OAuth2Form {
  config: OAuth2Config;
  code: string;
  codeVerifier: string;
  redirectURL: string;
  createData: JsonObject;
}

/** Throws `invalid` with PocketBase's complaints. */
export async function parseOAuth2Form(
  body: Json,
  configs: readonly OAuth2Config[],
): Promise<OAuth2Form> {
  const createData = createDataOf(body);
  const form = readText(body, ['provider', 'code', 'codeVerifier', 'redirectURL', 'redirectUrl']);
  const { provider: name } = form;
  const config = configs.find((known) => known.name === name);
  const missing = {
    code: 'validation_invalid_provider',
    message: `Provider with name ${name} is missing or is not enabled.`,
    params: { name },
  };
  await checkForm<'provider' | 'code'>(
    form,
    { provider: [() => (config ? undefined : missing)], code: [] },
    LOADING,
  );
  return {
    config: config as OAuth2Config,
    code: form.code,
    codeVerifier: form.codeVerifier,
    redirectURL: form.redirectURL || form.redirectUrl,
    createData,
  };
}

function createDataOf(body: Json): JsonObject {
  const data = member(body, 'createData') ?? {};
  if (typeof data !== 'object' || Array.isArray(data)) throw unreadable();
  return data;
}
