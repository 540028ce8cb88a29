import { Readable } from 'node:stream';
import type { OpenFile, StoredFile } from '@davit/domain';
import type { Request, Response } from 'express';
import { parseQuery } from '../query.ts';
import { contentTypeOf, isInline } from './content-type.ts';
import { sendContent } from './send-content.ts';

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

/** Answers with the file of a record, or the parts of it that were asked for. */
export async function sendFile(req: Request, res: Response, file: ServedFile): Promise<void> {
  setHeaders(req, res, file);
  await sendContent(req, res, file);
}

/** Of whatever comes from a file store: a browser runs nothing in it and may keep it. */
export function setStoredHeaders(res: Response): void {
  res.setHeader('Content-Security-Policy', POLICY);
  res.setHeader('Cache-Control', 'max-age=2592000, stale-while-revalidate=86400');
}

function setHeaders(req: Request, res: Response, { name, metadata }: ServedFile): void {
  const type = contentTypeOf(name, metadata.contentType);
  const forced = TRUE.has(parseQuery(req.url).download ?? '');
  const disposition = isInline(type) && !forced ? 'inline' : 'attachment';
  res.removeHeader('X-Frame-Options');
  res.setHeader('Content-Disposition', `${disposition}; filename="${name.replaceAll('"', '%22')}"`);
  res.setHeader('Content-Type', type);
  setStoredHeaders(res);
}
