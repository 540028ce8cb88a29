import type { ResponseHead } from './response-parser.ts';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'transfer-encoding',
  'upgrade',
]);
const PINNED = new Set(['content-length', 'date', 'set-cookie']);

export interface AnswerShape {
  /** set in place of the app's */
  headers: Readonly<Record<string, string>> | undefined;
  /** trailers can follow: the client knows chunks, and there is a body */
  trailers: boolean;
  close: boolean;
}

/** The headers for the client, as name, value, …: end-to-end ones only. */
export function shapeHeaders({ headers }: ResponseHead, shape: AnswerShape): string[] {
  const shaped: string[] = [];
  const dropped = listedInConnection(headers);
  for (const name of Object.keys(shape.headers ?? {})) dropped.add(name.toLowerCase());
  if (!shape.trailers) dropped.add('trailer');
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !dropped.has(lower)) shaped.push(name, headers[i + 1] ?? '');
  }
  if (shape.headers) shaped.push(...Object.entries(shape.headers).flat());
  if (shape.close) shaped.push('Connection', 'close');
  return shaped;
}

function listedInConnection(headers: readonly string[]): Set<string> {
  const listed = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const part of (headers[i + 1] ?? '').split(',')) {
      const token = part.trim().toLowerCase();
      if (!PINNED.has(token)) listed.add(token);
    }
  }
  return listed;
}
