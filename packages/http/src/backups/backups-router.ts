import { AppError } from '@davit/domain';
import { isInside } from '@davit/records';
import type { Backups, Records } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { contextOf } from '../context.ts';
import { sendContent } from '../files/send-content.ts';
import { setStoredHeaders } from '../files/send-file.ts';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { readForm, withText } from '../records/auth-form.ts';
import { parseQuery } from '../query.ts';
import { readUpload } from './read-upload.ts';

const NOT_ALLOWED = 'Insufficient permissions to access the resource.';

/** /api/backups: for superusers, who download with a file token. */
export function backupsRouter(records: Records, backups: Backups): Router {
  const router = Router({ caseSensitive: true, strict: true });
  // eslint-disable-next-line max-params -- reads like the action it is around
  const noted = <T>(res: Response, what: string, key: string, work: () => Promise<T>): Promise<T> =>
    records.audit.around(contextOf(res), { action: `backup.${what}`, record: key }, work);
  router.get('/api/backups', async (_req, res) => {
    requireSuperuser(res, '@admin:backups');
    const files = await backups.list();
    const items = files.map(({ key, size, modified }) => ({
      modified: new Date(modified).toISOString().replace('T', ' '),
      key,
      size,
    }));
    sendPicked(res, 200, items);
  });
  router.post('/api/backups', async (req, res) => {
    requireSuperuser(res, '@admin:backups');
    const key = await readName(req);
    await noted(res, 'create', key, () => backups.create(key));
    sendNoContent(res);
  });
  router.post('/api/backups/upload', async (req, res) => {
    requireSuperuser(res, '@admin:backups');
    await readUpload(req, 'file', (name, content) =>
      noted(res, 'upload', name, () => backups.upload(name, content)),
    );
    sendNoContent(res);
  });
  router.get('/api/backups/:key', async (req, res) => {
    const { token = '' } = parseQuery(req.url);
    const program = contextOf(res).auth?.key && requireSuperuser(res, '@admin:backups');
    const auth = token === '' ? program : await records.auth.authenticateFileToken(token);
    const { superuserIPs } = records.settings.current;
    const here = superuserIPs.length === 0 || isInside(contextOf(res).ip, superuserIPs);
    if (!auth?.superuser || !here) throw new AppError('forbidden', NOT_ALLOWED);
    const backup = await backups.read(req.params.key).catch(hidden);
    const { key } = backup;
    const by = { auth, ip: contextOf(res).ip };
    const isDownload = req.method !== 'HEAD';
    if (isDownload) await records.audit.note(by, { action: 'backup.download', record: key });
    res.setHeader('Content-Type', 'application/zip');
    res.setHeader('Content-Disposition', `attachment; filename="${key.replaceAll('"', '%22')}"`);
    setStoredHeaders(res);
    await sendContent(req, res, backup);
  });
  router.delete('/api/backups/:key', async (req, res) => {
    requireSuperuser(res, '@admin:backups');
    const { key } = req.params;
    await noted(res, 'delete', key, () => backups.delete(key));
    sendNoContent(res);
  });
  router.post('/api/backups/:key/restore', async (req, res) => {
    requireSuperuser(res, '@admin:backups');
    const { key } = req.params;
    await noted(res, 'restore', key, () => backups.restore(key));
    sendNoContent(res);
  });
  return router;
}

/** In PocketBase's words. */
function hidden(error: unknown): never {
  if (AppError.is(error, 'not_found')) throw new AppError('not_found', '', { cause: error });
  throw error;
}

/** '': one is to be made up */
async function readName(req: Request): Promise<string> {
  const { name = '' } = withText(req, (await readForm(req)).body);
  if (typeof name === 'string' || name === null) return name ?? '';
  throw new AppError('invalid', 'An error occurred while loading the submitted data.');
}
