import type { Records } from '@davit/records';
import { readBody } from '../body/read-body.ts';
import type { CollectionRoutes } from '../collection-routes.ts';
import { sendJson, sendNoContent } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { limitAction } from './limit-action.ts';
import { recordBodyLimit } from './body-limit.ts';

/** /api/collections/{collection}/records */
export function recordsRoutes(records: Records, limiter: RateLimiter): CollectionRoutes {
  const limit = limitAction(records, limiter, { toleratesMissing: true });
  return {
    records: {
      async GET(req, res) {
        limit(req, res, 'list');
        sendJson(res, 200, await records.list(req.params.collection, requestInfo(req, res)));
      },
      async POST(req, res) {
        limit(req, res, 'create');
        const collection = records.collections.get(req.params.collection);
        const body = await readBody(req, recordBodyLimit(collection));
        sendJson(res, 200, await records.create(collection.id, requestInfo(req, res, body)));
      },
    },
    'records/:id': {
      async GET(req, res) {
        limit(req, res, 'view');
        const { collection, id } = req.params;
        sendJson(res, 200, await records.view(collection, id, requestInfo(req, res)));
      },
      async PATCH(req, res) {
        limit(req, res, 'update');
        const { id } = req.params;
        const collection = records.collections.get(req.params.collection);
        const request = requestInfo(req, res, await readBody(req, recordBodyLimit(collection)));
        sendJson(res, 200, await records.update(collection.id, id, request));
      },
      async DELETE(req, res) {
        limit(req, res, 'delete');
        const { collection, id } = req.params;
        await records.delete(collection, id, requestInfo(req, res));
        sendNoContent(res);
      },
    },
  };
}
