import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JsonObject } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { readBody } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { requireSuperuser } from '../guards.ts';
import { sendPicked } from '../json-response.ts';
import { parseQuery } from '../query.ts';

/** /api/davit/v1/audit: who did what, for superusers. */
export function auditRouter({ audit }: Pick<Records, 'audit'>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const path = '/api/davit/v1/audit';
  router.get(path, async (req, res) => {
    requireSuperuser(res, '@admin:audit');
    sendPicked(res, 200, { ...(await audit.page(parseQuery(req.url))) });
  });
  router.get(`${path}/export`, async (req, res) => {
    requireSuperuser(res, '@admin:audit');
    const entries = audit.export(parseQuery(req.url).filter ?? '');
    // a filter that cannot be read is an ordinary error response
    const first = await entries.next();
    res.setHeader('Content-Type', 'application/x-ndjson');
    res.setHeader('Content-Disposition', 'attachment; filename="audit.ndjson"');
    if (req.method === 'HEAD') res.end();
    else await pipeline(Readable.from(lines(first, entries)), res);
  });
  router.get(`${path}/settings`, (_req, res) => {
    requireSuperuser(res, '@admin:audit');
    sendPicked(res, 200, { maxDays: audit.maxDays });
  });
  router.patch(`${path}/settings`, async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    await audit.setMaxDays(contextOf(res), (await readBody(req)).body);
    sendPicked(res, 200, { maxDays: audit.maxDays });
  });
  router.get(`${path}/:id`, async (req, res) => {
    requireSuperuser(res, '@admin:audit');
    sendPicked(res, 200, await audit.get(req.params.id));
  });
  return router;
}

async function* lines(
  first: IteratorResult<JsonObject>,
  rest: AsyncGenerator<JsonObject>,
): AsyncGenerator<string> {
  if (first.done) return;
  yield `${JSON.stringify(first.value)}\n`;
  for await (const entry of rest) yield `${JSON.stringify(entry)}\n`;
}
