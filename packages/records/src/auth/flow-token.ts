import type { Collection, FieldError, TokenType } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { Tokens } from './tokens.ts';

const INVALID: FieldError = {
  code: 'validation_invalid_token',
  message: 'Invalid or expired token.',
};
const OTHER_COLLECTION: FieldError = {
  code: 'validation_token_collection_mismatch',
  message: 'The provided token is for different auth collection.',
};

/** Whom a mailed token is about, or what is wrong with it. */
export async function checkFlowToken(
  tokens: Tokens,
  token: string,
  wanted: { type: TokenType; collection: Collection },
): Promise<{ record: RecordData; error?: undefined } | { error: FieldError }> {
  const auth = await tokens.authenticate(token, wanted.type);
  if (auth === undefined) return { error: INVALID };
  if (auth.collection.id !== wanted.collection.id) return { error: OTHER_COLLECTION };
  return { record: auth.record };
}
