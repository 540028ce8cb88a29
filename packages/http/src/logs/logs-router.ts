import type { Json } from '@davit/domain';
import type { Logs } from '@davit/records';
import { Router } from 'express';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { parseQuery } from '../request-info.ts';

/** /api/logs, for superusers. */
export function logsRouter(logs: Logs): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/logs', async (req, res) => {
    requireSuperuser(res);
    sendPicked(res, 200, { ...(await logs.page(parseQuery(req.url))) });
  });
  router.delete('/api/logs', async (_req, res) => {
    requireSuperuser(res);
    await logs.clear();
    sendNoContent(res);
  });
  router.get('/api/logs/stats', async (req, res) => {
    requireSuperuser(res);
    const { filter = '' } = parseQuery(req.url);
    sendPicked(res, 200, (await logs.stats(filter)) as unknown as Json);
  });
  router.get('/api/logs/:id', async (req, res) => {
    requireSuperuser(res);
    sendPicked(res, 200, await logs.get(req.params.id));
  });
  return router;
}
