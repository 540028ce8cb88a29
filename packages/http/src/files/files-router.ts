import { AppError } from '@davit/domain';
import type { Collection, Field, FileStore, StoredFile, Thumbnails } from '@davit/domain';
import { isInside } from '@davit/records';
import type { LocatedFile, Records } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { requirePerson } from '../guards.ts';
import { sendJson } from '../json-response.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { limitAction } from '../records/limit-action.ts';
import { parseQuery } from '../query.ts';
import { requestInfo } from '../request-info.ts';
import { inMemory, sendFile } from './send-file.ts';

export interface FilesOptions {
  files: FileStore;
  thumbnails?: Thumbnails | undefined;
  limiter: RateLimiter;
}

/** /api/files: tokens for protected files, and the files themselves. */
export function filesRouter(records: Records, options: FilesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limit = limitAction(records, options.limiter);
  router.post('/api/files/token', async (req, res) => {
    options.limiter.checkPath(req, res);
    const { collection, record } = requirePerson(res);
    const token = records.auth.issueToken(collection, record, { type: 'file' });
    const event = { request: requestInfo(req, res), collection, record, token };
    const tags = [collection.id, collection.name];
    let answer = '';
    await records.trigger('onFileTokenRequest', { event, tags }, (chained) => {
      answer = chained.token;
    });
    sendJson(res, 200, { token: answer });
  });
  router.get('/api/files/:collection/:id/:name', async (req, res) => {
    limit(req, res, 'file');
    const { collection, id, name } = req.params;
    const located = await records.locateFile(collection, id, name);
    if (located.field.protected === true) {
      await checkAccess({ records, collection: located.collection, id, req, res });
    }
    const { thumb = '' } = parseQuery(req.url);
    const small = await thumbnail(located, thumb, options);
    const event = {
      request: requestInfo(req, res),
      ...located,
      servedPath: located.key,
      servedName: small ? `${thumb}_${name}` : name,
    };
    const tags = [located.collection.id, located.collection.name];
    await records.trigger('onFileDownloadRequest', { event, tags }, async (chained) => {
      const isOther = chained.servedPath !== located.key;
      const file =
        small && !isOther ? inMemory(small) : await options.files.open(chained.servedPath);
      await sendFile(req, res, { ...file, name: chained.servedName });
    });
  });
  return router;
}

/** A size the field does not offer means the picture itself. */
async function thumbnail(
  { key, field }: LocatedFile,
  size: string,
  { thumbnails }: FilesOptions,
): Promise<StoredFile | undefined> {
  return thumbnails && offers(field, size) ? thumbnails.get(key, size) : undefined;
}

function offers({ thumbs }: Field, size: string): boolean {
  return size === '100x100' || (size !== '' && Array.isArray(thumbs) && thumbs.includes(size));
}

interface Access {
  records: Records;
  collection: Collection;
  id: string;
  req: Request;
  res: Response;
}

/** A protected file is for those who may view its record. Errors: `not_found`. */
async function checkAccess({ records, collection, id, req, res }: Access): Promise<void> {
  const request = requestInfo(req, res);
  const { token = '' } = request.query;
  // a key comes with the request itself: a token from it would allow more than the key
  const program = request.auth?.key && request.auth;
  const found = token === '' ? program : await records.auth.authenticateFileToken(token);
  const { superuserIPs } = records.settings.current;
  const isAllowed =
    !found?.superuser || superuserIPs.length === 0 || isInside(request.ip, superuserIPs);
  const auth = isAllowed ? found : undefined;
  const asked = { ...request, context: 'protectedFile' as const, query: {}, auth };
  if (!(await records.mayView(collection.id, id, asked))) throw new AppError('not_found', '');
}
