import type { IncomingMessage } from 'node:http';

export type BodyKind = 'json' | 'multipart' | 'form' | 'xml' | 'other' | 'none';

const BEGINNINGS: readonly (readonly [string, BodyKind])[] = [
  ['application/json', 'json'],
  ['multipart/form-data', 'multipart'],
  ['application/x-www-form-urlencoded', 'form'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
];

/** How the body is to be read. The beginning of the type decides: proxies join what was sent twice with a comma. */
export function bodyKind(req: IncomingMessage): BodyKind {
  if (!hasBody(req)) return 'none';
  const type = (req.headers['content-type'] ?? '').toLowerCase();
  for (const [beginning, kind] of BEGINNINGS) if (type.startsWith(beginning)) return kind;
  return 'other';
}

export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}
