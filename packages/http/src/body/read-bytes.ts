import type { IncomingMessage } from 'node:http';
import { AppError } from '@davit/domain';

/** PocketBase's default limit of a request body. */
export const BODY_LIMIT: number = 32 * 1024 * 1024;

/** Refuses by the announced size before anything is read. */
export function checkContentLength(req: IncomingMessage, limit: number): void {
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge(req);
}

/** The whole body. Errors: `too_large`, `invalid` (the client went away half way). */
export function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  checkContentLength(req, limit);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      req.removeAllListeners('data');
      reject(tooLarge(req));
    });
    req.once('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, size));
    });
    req.once('error', (cause) => reject(new AppError('invalid', '', { cause })));
  });
}

/** The rest is read and thrown away, so that the client gets to see the answer. */
export function tooLarge(req: IncomingMessage): AppError {
  req.resume();
  return new AppError('too_large', '');
}
