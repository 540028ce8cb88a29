import { AppError } from '@davit/domain';
import type { FieldError, FieldErrors, Json, JsonObject } from '@davit/domain';
import type { BatchItem, UploadedFile } from '@davit/records';
import { FormFields } from '../body/form-fields.ts';
import { member } from '../body/member.ts';
import { formParameters } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';
import { isMalformed, queryOf } from '../query.ts';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const LONGEST_URL = 2000;
/** `requests.0.avatar`, `requests[0].avatar` */
const PART = /^requests(?:\.(0|[1-9]\d*)\.|\[(0|[1-9]\d*)\]\.)(.+)$/s;

/** The requests of a batch, each with its own files. Errors: `invalid`. */
export function parseBatch({ body, files = [] }: Body, maxRequests: number): BatchItem[] {
  const requests = member(body, 'requests');
  if (requests !== null && !Array.isArray(requests)) throw unreadable();
  const items = (requests ?? []).map(parseItem);
  for (const file of files) assign(items, file);
  const complaint = lengthError(items.length, maxRequests);
  const errors = complaint ?? itemErrors(items);
  if (Object.keys(errors).length === 0) return items;
  throw new AppError('invalid', 'Invalid batch request data.', { data: { requests: errors } });
}

export function unreadable(cause?: unknown): AppError {
  return new AppError('invalid', 'Failed to read the submitted batch data.', { cause });
}

function parseItem(given: Json): BatchItem {
  if (!isObject(given)) throw unreadable();
  const url = textOf(member(given, 'url'));
  const headers = Object.entries(objectOrNothing(member(given, 'headers')));
  return {
    method: textOf(member(given, 'method')),
    url,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, textOf(value)])),
    body: { ...parametersOf(queryOf(url)), ...objectOrNothing(member(given, 'body')) },
  };
}

/** An item is read as a form, which takes parameters of its address in; one that is malformed is refused later. */
function parametersOf(query: string): JsonObject {
  if (query === '' || isMalformed(query)) return {};
  const fields = new FormFields();
  for (const [name, value] of formParameters(query)) fields.add(name, value);
  return fields.toBody();
}

function textOf(value: Json): string {
  if (typeof value === 'string' || value === null) return value ?? '';
  throw unreadable();
}

function objectOrNothing(value: Json): JsonObject {
  if (value === null) return {};
  if (isObject(value)) return value;
  throw unreadable();
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assign(items: BatchItem[], file: UploadedFile): void {
  const [, dotted, bracketed, field = ''] = PART.exec(file.field) ?? [];
  const item = items[Number(dotted ?? bracketed)];
  if (!item) return;
  delete item.body[field];
  (item.files ??= []).push({ ...file, field });
}

function lengthError(count: number, max: number): FieldError | undefined {
  if (count === 0) return REQUIRED;
  return count > max ? tooLong(max) : undefined;
}

function tooLong(max: number): FieldError {
  const message = `The length must be no more than ${max}.`;
  return { code: 'validation_length_too_long', message, params: { min: 0, max } };
}

function itemErrors(items: readonly BatchItem[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, { method, url }] of items.entries()) {
    const found: FieldErrors = {};
    if (method === '') found.method = REQUIRED;
    else if (!METHODS.has(method)) {
      found.method = { code: 'validation_in_invalid', message: 'Must be a valid value.' };
    }
    if (url === '') found.url = REQUIRED;
    else if (Buffer.byteLength(url) > LONGEST_URL) {
      found.url = tooLong(LONGEST_URL);
    }
    if (Object.keys(found).length > 0) errors[String(index)] = found;
  }
  return errors;
}

const REQUIRED = { code: 'validation_required', message: 'Cannot be blank.' };
