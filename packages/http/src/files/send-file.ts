import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenFile, StoredFile } from '@davit/domain';
import type { Request, Response } from 'express';
import { contentTypeOf, isInline } from './content-type.ts';

export interface ServedFile extends OpenFile {
  name: string;
}

/** A file that was read already. */
export function inMemory({ content, ...file }: StoredFile): OpenFile {
  return {
    ...file,
    size: content.length,
    read: (start, end) => Readable.from([content.subarray(start, end + 1)]),
  };
}

const POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/**
 * Answers with the file, or the part of it that was asked for, unless the client has it already. It goes out as fast
 * as the client takes it; a small piece is in memory at a time.
 */
export async function sendFile(req: Request, res: Response, file: ServedFile): Promise<void> {
  setHeaders(req, res, file);
  if (isChangedSince(req, file.modified)) {
    res.writeHead(412).end();
    return;
  }
  if (req.fresh) {
    res.removeHeader('Content-Type');
    res.writeHead(304).end();
    return;
  }
  const { size } = file;
  const ranges = rangeApplies(req, res) ? req.range(size) : undefined;
  if (ranges === -1) {
    for (const name of ['Cache-Control', 'Content-Type', 'Accept-Ranges']) res.removeHeader(name);
    res.setHeader('Content-Range', `bytes */${size}`);
    res.writeHead(416).end();
    return;
  }
  const [range, another] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : [];
  if (!range || another) {
    return sendBytes(req, res, { file, start: 0, end: size - 1 });
  }
  res.statusCode = 206;
  res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  await sendBytes(req, res, { file, start: range.start, end: range.end });
}

interface Part {
  file: OpenFile;
  start: number;
  end: number;
}

async function sendBytes(req: Request, res: Response, { file, start, end }: Part): Promise<void> {
  res.setHeader('Content-Length', end - start + 1);
  if (req.method === 'HEAD' || end < start) {
    res.end();
    return;
  }
  try {
    await pipeline(file.read(start, end), res);
  } catch (error) {
    // in the middle of an answer only the end of the connection tells that it is not whole
    if (!res.headersSent) throw error;
    res.destroy();
  }
}

function setHeaders(req: Request, res: Response, { name, metadata, modified }: ServedFile): void {
  const type = contentTypeOf(name, metadata.contentType);
  const forced = TRUE.has(new URLSearchParams(req.url.split('?')[1]).get('download') ?? '');
  const disposition = isInline(type) && !forced ? 'inline' : 'attachment';
  res.removeHeader('X-Frame-Options');
  res.setHeader('Content-Disposition', `${disposition}; filename="${name.replaceAll('"', '%22')}"`);
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Security-Policy', POLICY);
  res.setHeader('Cache-Control', 'max-age=2592000, stale-while-revalidate=86400');
  res.setHeader('Last-Modified', new Date(modified).toUTCString());
  res.setHeader('Accept-Ranges', 'bytes');
}

/** `If-Unmodified-Since`: the client wants what it saw, or nothing. */
function isChangedSince(req: Request, modified: number): boolean {
  const since = Date.parse(req.headers['if-unmodified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(modified / 1000) * 1000 > since;
}

/** `If-Range` with another date than ours asks for the whole file. */
function rangeApplies(req: Request, res: Response): boolean {
  const condition = req.headers['if-range'];
  return condition === undefined || condition === res.getHeader('Last-Modified');
}
