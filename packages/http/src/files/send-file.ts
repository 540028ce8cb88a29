import type { FileMetadata } from '@davit/domain';
import type { Request, Response } from 'express';
import { contentTypeOf, isInline } from './content-type.ts';

export interface ServedFile {
  name: string;
  content: Uint8Array;
  metadata: FileMetadata;
  /** milliseconds since the epoch */
  modified: number;
}

const POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Answers with the file, or the part of it that was asked for, unless the client has it already. */
export function sendFile(req: Request, res: Response, file: ServedFile): void {
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
  const size = file.content.length;
  const ranges = rangeApplies(req, res) ? req.range(size) : undefined;
  if (ranges === -1) {
    for (const name of ['Cache-Control', 'Content-Type', 'Accept-Ranges']) res.removeHeader(name);
    res.setHeader('Content-Range', `bytes */${size}`);
    res.writeHead(416).end();
    return;
  }
  const [range, another] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : [];
  if (!range || another) {
    res.setHeader('Content-Length', size);
    res.end(file.content);
    return;
  }
  res.statusCode = 206;
  res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  res.setHeader('Content-Length', range.end - range.start + 1);
  res.end(file.content.subarray(range.start, range.end + 1));
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
