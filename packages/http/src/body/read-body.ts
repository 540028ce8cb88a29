import type { IncomingMessage } from 'node:http';
import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { UploadedFile } from '@davit/records';
import { FormFields } from './form-fields.ts';
import { parseJsonBody } from './json-body.ts';
import { readMultipart } from './multipart-body.ts';
import { BODY_LIMIT, readBytes } from './read-bytes.ts';

export interface Body {
  body: JsonObject;
  /** of a multipart form */
  files?: UploadedFile[];
}

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
  throw new AppError('invalid', '');
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
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) fields.add(name, value);
  return fields.toBody();
}
