import type { Json } from '@davit/domain';
import type { Crons, Records } from '@davit/records';
import { Router } from 'express';
import { contextOf } from '../context.ts';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';

/** /api/crons, for superusers. */
export function cronsRouter({ audit }: Pick<Records, 'audit'>, crons: Crons): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/crons', (_req, res) => {
    requireSuperuser(res, '@admin:crons');
    sendPicked(res, 200, crons.list() as unknown as Json);
  });
  router.post('/api/crons/:id', async (req, res) => {
    requireSuperuser(res, '@admin:crons');
    const note = { action: 'cron.run', record: req.params.id };
    await audit.around(contextOf(res), note, () =>
      Promise.resolve().then(() => crons.start(req.params.id)),
    );
    sendNoContent(res);
  });
  return router;
}
