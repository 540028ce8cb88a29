import type { Json } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { readBody } from '../body/read-body.ts';
import { requireSuperuser } from '../guards.ts';
import { sendPicked } from '../json-response.ts';
import { parseQueryForm } from './query-form.ts';

/** /api/sql: statements typed by a superuser. */
export function sqlRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.post('/api/sql', async (req, res) => {
    requireSuperuser(res);
    const query = parseQueryForm((await readBody(req)).body);
    sendPicked(res, 200, (await records.console.run(query)) as unknown as Json);
  });
  return router;
}
