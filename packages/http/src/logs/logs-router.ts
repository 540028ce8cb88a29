import type { Json } from '@davit/domain';
import type { Logs, Records } from '@davit/records';
import { Router } from 'express';
import { contextOf } from '../context.ts';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { parseQuery } from '../query.ts';

/** /api/logs, for superusers. */
export function logsRouter({ audit }: Pick<Records, 'audit'>, logs: Logs): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/logs', async (req, res) => {
    requireSuperuser(res, '@admin:logs');
    sendPicked(res, 200, { ...(await logs.page(parseQuery(req.url))) });
  });
  router.delete('/api/logs', async (_req, res) => {
    requireSuperuser(res, '@admin:logs');
    await audit.around(contextOf(res), { action: 'logs.clear' }, () => logs.clear());
    sendNoContent(res);
  });
  router.get('/api/logs/stats', async (req, res) => {
    requireSuperuser(res, '@admin:logs');
    const { filter = '' } = parseQuery(req.url);
    sendPicked(res, 200, (await logs.stats(filter)) as unknown as Json);
  });
  router.get('/api/logs/:id', async (req, res) => {
    requireSuperuser(res, '@admin:logs');
    sendPicked(res, 200, await logs.get(req.params.id));
  });
  return router;
}
