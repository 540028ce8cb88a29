import { AppError } from '@davit/domain';
import type { FieldError, FieldErrors, Json, JsonObject } from '@davit/domain';
import { member } from '../body/member.ts';

const MAX_CLIENT_ID = 255;
const MAX_SUBSCRIPTIONS = 1000;
const MAX_SUBSCRIPTION = 2500;

export interface SubscribeForm {
  clientId: string;
  subscriptions: string[];
}

/** What a client wants to hear; names in whatever case. Errors: `invalid`, with complaints where the types are right. */
export function parseSubscribe(body: JsonObject): SubscribeForm {
  const form = {
    clientId: textOf(member(body, 'clientId')),
    subscriptions: listOf(member(body, 'subscriptions')).map(textOf),
  };
  const data: FieldErrors = {};
  const idError = clientIdError(form.clientId);
  const listError = subscriptionsError(form.subscriptions);
  if (idError) data.clientId = idError;
  if (listError) data.subscriptions = listError;
  if (idError ?? listError) throw new AppError('invalid', '', { data });
  return form;
}

function textOf(value: Json): string {
  if (typeof value === 'string' || value === null) return value ?? '';
  throw new AppError('invalid', '');
}

function listOf(value: Json): Json[] {
  if (Array.isArray(value) || value === null) return value ?? [];
  throw new AppError('invalid', '');
}

function clientIdError(clientId: string): FieldError | undefined {
  if (clientId === '') return { code: 'validation_required', message: 'Cannot be blank.' };
  if (Buffer.byteLength(clientId) <= MAX_CLIENT_ID) return undefined;
  return {
    code: 'validation_length_out_of_range',
    message: `The length must be between 1 and ${MAX_CLIENT_ID}.`,
    params: { min: 1, max: MAX_CLIENT_ID },
  };
}

function subscriptionsError(values: readonly string[]): FieldError | FieldErrors | undefined {
  if (values.length > MAX_SUBSCRIPTIONS) return tooLong(MAX_SUBSCRIPTIONS);
  const long = [...values.entries()].filter(
    ([, text]) => Buffer.byteLength(text) > MAX_SUBSCRIPTION,
  );
  if (long.length === 0) return undefined;
  return Object.fromEntries(long.map(([index]) => [String(index), tooLong(MAX_SUBSCRIPTION)]));
}

function tooLong(max: number): FieldError {
  return {
    code: 'validation_length_too_long',
    message: `The length must be no more than ${max}.`,
    params: { max, min: 0 },
  };
}
