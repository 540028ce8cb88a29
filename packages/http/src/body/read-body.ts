import type { IncomingMessage } from 'node:http';
import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { UploadedFile } from '@davit/records';
import { isMalformed, queryOf, queryPairs } from '../query.ts';
import { bodyKind } from './body-kind.ts';
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
 * The request's body as an object, by its content type; forms take parameters of the address in, too. Errors:
 * `too_large`, `invalid` (malformed, or a type that cannot be read).
 */
export async function readBody(req: IncomingMessage, limit: number = BODY_LIMIT): Promise<Body> {
  const kind = bodyKind(req);
  if (kind === 'none') return { body: {} };
  if (kind === 'json') return { body: parseJsonBody(await readBytes(req, limit)) };
  const query = queryOf(req.url ?? '');
  if (kind === 'multipart') return readMultipart(req, { limit, ahead: formParameters(query) });
  const bytes = await readBytes(req, limit);
  if (kind === 'form') return { body: parseForm(bytes.toString('utf8'), formParameters(query)) };
  if (bytes.length === 0) return { body: {} };
  throw new AppError('invalid', kind === 'xml' ? '' : 'Unsupported Content-Type.');
}

function parseForm(text: string, after: Iterable<[string, string]>): JsonObject {
  if (isMalformed(text)) throw new AppError('invalid', '');
  const fields = new FormFields();
  for (const [name, value] of queryPairs(text)) fields.add(name, value);
  for (const [name, value] of after) fields.add(name, value);
  return fields.toBody();
}

/** What shapes the answer is no value of a record. */
const OF_THE_ANSWER: ReadonlySet<string> = new Set(['fields', 'expand']);

/** What a form takes in of its address. Errors: `invalid` (a malformed query). */
export function formParameters(query: string): [string, string][] {
  if (isMalformed(query)) throw new AppError('invalid', '');
  return [...queryPairs(query)].filter(([name]) => !OF_THE_ANSWER.has(name));
}
