import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { sendContent } from '../files/send-content.ts';

const INDEX = 'index.html';

/**
 * Everything outside /api and /_: the files of `folder`, and its index page for paths that are none. Folders end in a
 * slash, files do not, and index pages go without their name: other paths lead there.
 */
export function publicRouter(folder: string): Router {
  const router = Router();
  router.get('/{*path}', async (req, res, next) => {
    const path = join(folder, posix.normalize(decodeURIComponent(req.path)).replace(/\/+$/, ''));
    const found = await statOf(path);
    const canonical = found ? canonicalPath(req.path, found) : req.path;
    if (canonical !== req.path) {
      res.setHeader('Location', canonical);
      res.status(301).end();
      return;
    }
    const own = found?.isDirectory() ? join(path, INDEX) : path;
    if (found && (await sendPublic(req, res, own))) return;
    if (isOurs(req.path) || !(await sendPublic(req, res, join(folder, INDEX)))) next();
  });
  return router;
}

/** There, what is missing is an error and no page. */
function isOurs(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/_/');
}

function canonicalPath(path: string, found: Stats): string {
  if (found.isDirectory()) return path.endsWith('/') ? path : `${path}/`;
  if (path.endsWith('/')) return path.replace(/\/+$/, '');
  return path.endsWith(`/${INDEX}`) ? path.slice(0, -INDEX.length) : path;
}

/** undefined: there is nothing, or nothing that can be */
async function statOf(path: string): Promise<Stats | undefined> {
  return path.includes('\0') ? undefined : stat(path).catch(() => undefined);
}

/** false: there is no such file */
async function sendPublic(req: Request, res: Response, path: string): Promise<boolean> {
  const found = await statOf(path);
  if (!found?.isFile()) return false;
  res.type(extname(path) || 'bin');
  if (res.getHeader('Content-Type') === 'application/octet-stream' && (await isText(path))) {
    res.type('txt');
  }
  res.setHeader('Cache-Control', 'public, max-age=0');
  await sendContent(req, res, {
    size: found.size,
    modified: found.mtimeMs,
    read: (start, end) => createReadStream(path, { start, end }),
  });
  return true;
}

/** Of names that say nothing, as those in /.well-known, the first bytes are looked at. */
async function isText(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return !buffer.subarray(0, bytesRead).some((byte) => byte < 9 || (byte > 13 && byte < 27));
  } finally {
    await file.close();
  }
}
