import { AppError, type AppleSecretParts, type FieldError, type FieldErrors } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import { REQUIRED } from '../../fields/field-kind.ts';

const ID_LENGTH = 10;
/** half a year */
const LONGEST = 15_777_000;
const PEM = /-----BEGIN PRIVATE KEY-----.+-----END PRIVATE KEY-----/s;

/** Throws `invalid` with PocketBase's complaints. */
export function parseAppleForm(body: JsonObject): AppleSecretParts {
  const { duration = 0 } = body;
  const form = {
    clientId: text(body.clientId),
    teamId: text(body.teamId),
    keyId: text(body.keyId),
    privateKey: text(body.privateKey),
  };
  if (!Number.isInteger(duration ?? 0)) throw unreadable();
  const parts = { ...form, duration: Number(duration) };
  const complaints: [string, FieldError | undefined][] = [
    ['clientId', required(parts.clientId)],
    ['teamId', required(parts.teamId) ?? ofLength(parts.teamId)],
    ['keyId', required(parts.keyId) ?? ofLength(parts.keyId)],
    ['privateKey', required(parts.privateKey) ?? matches(parts.privateKey)],
    ['duration', inRange(parts.duration)],
  ];
  const data: FieldErrors = {};
  for (const [name, complaint] of complaints) if (complaint) data[name] = complaint;
  if (Object.keys(data).length === 0) return parts;
  throw new AppError('invalid', 'Invalid client secret data.', { data });
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw unreadable();
}

function unreadable(): AppError {
  return new AppError('invalid', 'An error occurred while loading the submitted data.');
}

function required(value: string): FieldError | undefined {
  return value === '' ? REQUIRED : undefined;
}

function ofLength(value: string): FieldError | undefined {
  if (Buffer.byteLength(value) === ID_LENGTH) return undefined;
  return {
    code: 'validation_length_invalid',
    message: `The length must be exactly ${ID_LENGTH}.`,
    params: { min: ID_LENGTH, max: ID_LENGTH },
  };
}

function matches(value: string): FieldError | undefined {
  if (PEM.test(value)) return undefined;
  return { code: 'validation_match_invalid', message: 'Must be in a valid format.' };
}

function inRange(duration: number): FieldError | undefined {
  if (duration === 0) return REQUIRED;
  if (duration < 1) {
    return {
      code: 'validation_min_greater_equal_than_required',
      message: 'Must be no less than 1.',
      params: { threshold: 1 },
    };
  }
  if (duration <= LONGEST) return undefined;
  return {
    code: 'validation_max_less_equal_than_required',
    message: `Must be no greater than ${LONGEST}.`,
    params: { threshold: LONGEST },
  };
}
