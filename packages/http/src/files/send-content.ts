import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { parseRanges } from './byte-ranges.ts';
import type { ByteRange } from './byte-ranges.ts';
import { checkPreconditions, rangeApplies } from './preconditions.ts';

export interface Content {
  size: number;
  /** milliseconds since the epoch */
  modified: number;
  /** the bytes from `start` to `end`, both among them */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/**
 * Answers with the content, or the parts of it that were asked for, unless the client has it already. The type is set
 * before. It goes out as fast as the client takes it; a small piece is in memory at a time.
 */
export async function sendContent(req: Request, res: Response, content: Content): Promise<void> {
  const { size, modified } = content;
  res.setHeader('Last-Modified', new Date(modified).toUTCString());
  const precondition = checkPreconditions(req.headers, modified);
  if (precondition !== 'met') {
    if (precondition === 'not modified') res.removeHeader('Content-Type');
    res.writeHead(precondition === 'failed' ? 412 : 304).end();
    return;
  }
  const wanted = rangeApplies(req.headers, modified) ? (req.headers.range ?? '') : '';
  const asked = parseRanges(wanted, size);
  if ('refused' in asked) {
    refuseRange(res, asked.refused, size);
    return;
  }
  const { ranges } = asked;
  const [range = { start: 0, end: size - 1 }, another] = ranges;
  res.setHeader('Accept-Ranges', 'bytes');
  if (another) return sendParts(req, res, { content, ranges });
  if (ranges.length > 0) {
    res.statusCode = 206;
    res.setHeader('Content-Range', contentRange(range, size));
  }
  await sendBytes(req, res, {
    length: range.end - range.start + 1,
    read: () => content.read(range.start, range.end),
  });
}

function refuseRange(res: Response, reason: 'malformed' | 'beyond the end', size: number): void {
  for (const name of ['Cache-Control', 'Last-Modified']) res.removeHeader(name);
  const isBeyond = reason === 'beyond the end';
  if (isBeyond) res.setHeader('Content-Range', `bytes */${size}`);
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.writeHead(416).end(`invalid range${isBeyond ? ': failed to overlap' : ''}\n`);
}

/** Several ranges: one part of a multipart body for each. */
async function sendParts(
  req: Request,
  res: Response,
  { content, ranges }: { content: Content; ranges: readonly ByteRange[] },
): Promise<void> {
  const boundary = randomBytes(30).toString('hex');
  const type = String(res.getHeader('Content-Type'));
  const heads = ranges.map((range, index) => {
    const start = `${index === 0 ? '' : '\r\n'}--${boundary}\r\n`;
    return `${start}Content-Range: ${contentRange(range, content.size)}\r\nContent-Type: ${type}\r\n\r\n`;
  });
  const end = `\r\n--${boundary}--\r\n`;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [index, range] of ranges.entries()) {
      yield Buffer.from(heads[index] ?? '');
      yield* content.read(range.start, range.end);
    }
    yield Buffer.from(end);
  }
  res.statusCode = 206;
  res.setHeader('Content-Type', `multipart/byteranges; boundary=${boundary}`);
  const bytes = ranges.reduce((sum, range) => sum + range.end - range.start + 1, 0);
  await sendBytes(req, res, {
    length: bytes + Buffer.byteLength(heads.join('')) + end.length,
    read: parts,
  });
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}

interface Bytes {
  length: number;
  read: () => AsyncIterable<Uint8Array>;
}

async function sendBytes(req: Request, res: Response, { length, read }: Bytes): Promise<void> {
  res.setHeader('Content-Length', length);
  if (req.method === 'HEAD' || length <= 0) {
    res.end();
    return;
  }
  try {
    await pipeline(read(), res);
  } catch (error) {
    // in the middle of an answer only the end of the connection tells that it is not whole
    if (!res.headersSent) throw error;
    res.destroy();
  }
}
