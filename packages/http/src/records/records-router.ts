import type { Records } from '@davit/records';
import { Router } from 'express';
import { readBody } from '../body/read-body.ts';
import { sendJson, sendNoContent } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { limitAction } from './limit-action.ts';
import { recordBodyLimit } from './body-limit.ts';

/** /api/collections/{collection}/records */
export function recordsRouter(records: Records, limiter: RateLimiter): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const path = '/api/collections/:collection/records';
  const limit = limitAction(records, limiter, { toleratesMissing: true });
  router.get(path, async (req, res) => {
    limit(req, res, 'list');
    sendJson(res, 200, await records.list(req.params.collection, requestInfo(req, res)));
  });
  router.get(`${path}/:id`, async (req, res) => {
    limit(req, res, 'view');
    const { collection, id } = req.params;
    sendJson(res, 200, await records.view(collection, id, requestInfo(req, res)));
  });
  router.post(path, async (req, res) => {
    limit(req, res, 'create');
    const collection = records.collections.get(req.params.collection);
    const body = await readBody(req, recordBodyLimit(collection));
    sendJson(res, 200, await records.create(collection.id, requestInfo(req, res, body)));
  });
  router.patch(`${path}/:id`, async (req, res) => {
    limit(req, res, 'update');
    const collection = records.collections.get(req.params.collection);
    const body = await readBody(req, recordBodyLimit(collection));
    const record = await records.update(collection.id, req.params.id, requestInfo(req, res, body));
    sendJson(res, 200, record);
  });
  router.delete(`${path}/:id`, async (req, res) => {
    limit(req, res, 'delete');
    await records.delete(req.params.collection, req.params.id, requestInfo(req, res));
    sendNoContent(res);
  });
  return router;
}
