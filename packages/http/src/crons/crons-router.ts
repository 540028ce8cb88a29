import type { Json } from '@davit/domain';
import type { Crons } from '@davit/records';
import { Router } from 'express';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';

/** /api/crons, for superusers. */
export function cronsRouter(crons: Crons): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/crons', (_req, res) => {
    requireSuperuser(res);
    sendPicked(res, 200, crons.list() as unknown as Json);
  });
  router.post('/api/crons/:id', (req, res) => {
    requireSuperuser(res);
    crons.start(req.params.id);
    sendNoContent(res);
  });
  return router;
}
