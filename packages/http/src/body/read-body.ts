import type { IncomingMessage } from 'node:http';
import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { UploadedFile } from '@davit/records';
import { FormFields } from './form-fields.ts';
import { parseJsonBody } from './json-body.ts';
import { readMultipart } from './multipart-body.ts';
import { BODY_LIMIT, readBytes } from './read-bytes.ts';

/** a broken escape, or a separator nobody uses any more */
const MALFORMED_FORM = /%(?![0-9a-f]{2})|;/i;

export interface Body {
  body: JsonObject;
  /** of a multipart form */
  files?: UploadedFile[];
}

const READABLE: ReadonlySet<string> = new Set([
  'application/json',
  'multipart/form-data',
  'application/x-www-form-urlencoded',
]);

/**
 * The request's body as an object, by its content type. Errors: `too_large`, `invalid` (malformed, or a type
 * that cannot be read).
 */
export async function readBody(req: IncomingMessage, limit: number = BODY_LIMIT): Promise<Body> {
  if (!hasBody(req)) return { body: {} };
  const type = mediaType(req);
  if (type === 'application/json') return { body: parseJsonBody(await readBytes(req, limit)) };
  if (type === 'multipart/form-data') return readMultipart(req, limit);
  if (type === 'application/x-www-form-urlencoded') {
    return { body: parseForm(await readBytes(req, limit)) };
  }
  const bytes = await readBytes(req, limit);
  if (bytes.length === 0) return { body: {} };
  throw new AppError(
    'invalid',
    /^(?:text|application)\/xml$/.test(type) ? '' : 'Unsupported Content-Type.',
  );
}

/** Whether `readBody` knows the type of the body, if there is one. */
export function hasReadableBody(req: IncomingMessage): boolean {
  return !hasBody(req) || READABLE.has(mediaType(req));
}

function hasBody(req: IncomingMessage): boolean {
  const { headers } = req;
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

function mediaType(req: IncomingMessage): string {
  const header = req.headers['content-type'] ?? '';
  const end = header.indexOf(';');
  return (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
}

function parseForm(bytes: Buffer): JsonObject {
  const fields = new FormFields();
  const text = bytes.toString('utf8');
  if (MALFORMED_FORM.test(text)) throw new AppError('invalid', '');
  for (const [name, value] of new URLSearchParams(text)) fields.add(name, value);
  return fields.toBody();
}
