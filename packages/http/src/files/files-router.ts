import { AppError } from '@davit/domain';
import type { Collection, FileStore } from '@davit/domain';
import type { RecordData, Records } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { requireAuth } from '../guards.ts';
import { sendJson } from '../json-response.ts';
import { isInside } from '../limits/address-list.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { limitAction } from '../records/limit-action.ts';
import { requestInfo } from '../request-info.ts';
import { sendFile } from './send-file.ts';

export interface FilesOptions {
  files: FileStore;
  limiter: RateLimiter;
}

/** /api/files: tokens for protected files, and the files themselves. */
export function filesRouter(records: Records, { files, limiter }: FilesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limit = limitAction(records, limiter);
  router.post('/api/files/token', (req, res) => {
    limiter.checkPath(req, res);
    const { collection, record } = requireAuth(res);
    sendJson(res, 200, { token: records.auth.issueToken(collection, record, { type: 'file' }) });
  });
  router.get('/api/files/:collection/:id/:name', async (req, res) => {
    limit(req, res, 'file');
    const { id, name } = req.params;
    const collection = records.collections.get(req.params.collection);
    const record = await records.get(collection.id, id);
    const field = record && fileField(collection, record, name);
    if (!field) throw new AppError('not_found', '');
    if (field.protected === true) await checkAccess({ records, collection, id, req, res });
    const file = await files.get(`${collection.id}/${id}/${name}`);
    sendFile(req, res, { ...file, name });
  });
  return router;
}

type FileField = Collection['fields'][number];

/** The field that refers to the file now; a file that was replaced is gone. */
function fileField(
  collection: Collection,
  record: RecordData,
  name: string,
): FileField | undefined {
  return collection.fields.find((field) => {
    const value = record[field.name];
    return field.type === 'file' && (Array.isArray(value) ? value.includes(name) : value === name);
  });
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
  const found = token === '' ? undefined : await records.auth.authenticateFileToken(token);
  const { superuserIPs } = records.settings.current;
  const isAllowed =
    !found?.superuser || superuserIPs.length === 0 || isInside(request.ip, superuserIPs);
  const auth = isAllowed ? found : undefined;
  try {
    await records.view(collection.id, id, {
      ...request,
      context: 'protectedFile',
      query: {},
      auth,
    });
  } catch (cause) {
    throw new AppError('not_found', '', { cause });
  }
}
