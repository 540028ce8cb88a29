import type { Json } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { contextOf } from '../context.ts';
import { readBody } from '../body/read-body.ts';
import { requireSuperuser } from '../guards.ts';
import { sendPicked } from '../json-response.ts';
import { parseQueryForm } from './query-form.ts';

/** /api/sql: statements typed by a superuser. */
export function sqlRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.post('/api/sql', async (req, res) => {
    requireSuperuser(res, '@admin:sql');
    const query = parseQueryForm((await readBody(req)).body);
    const note = { action: 'sql.run', detail: { statement: withoutValues(query) } };
    const result = await records.audit.around(contextOf(res), note, () =>
      records.console.run(query),
    );
    sendPicked(res, 200, result as unknown as Json);
  });
  return router;
}

const LONGEST = 1000;

/** A statement with its texts and numbers left out: they may be secrets. */
export function withoutValues(statement: string): string {
  const shown = statement.replace(/'(?:[^']|'')*'?|\b\d[\w.]*/g, '?');
  return shown.slice(0, LONGEST);
}
