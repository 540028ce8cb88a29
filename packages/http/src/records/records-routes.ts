import type { Records, RequestInfo } from '@davit/records';
import type { Request, Response } from 'express';
import { hasBody } from '../body/body-kind.ts';
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
  const limitWrite = limitAction(records, limiter);
  return {
    records: {
      async GET(req, res) {
        limit(req, res, 'list');
        const request = hasBody(req) ? await withBody(req, res) : requestInfo(req, res);
        sendJson(res, 200, await records.list(req.params.collection, request));
      },
      async POST(req, res) {
        limitWrite(req, res, 'create');
        const collection = records.collections.get(req.params.collection);
        const body = await readBody(req, recordBodyLimit(collection));
        sendJson(res, 200, await records.create(collection.id, requestInfo(req, res, body)));
      },
    },
    'records/:id': {
      async GET(req, res) {
        limit(req, res, 'view');
        const { collection, id } = req.params;
        const request = hasBody(req) ? await withBody(req, res) : requestInfo(req, res);
        sendJson(res, 200, await records.view(collection, id, request));
      },
      async PATCH(req, res) {
        limitWrite(req, res, 'update');
        const { id } = req.params;
        const collection = records.collections.get(req.params.collection);
        const request = requestInfo(req, res, await readBody(req, recordBodyLimit(collection)));
        sendJson(res, 200, await records.update(collection.id, id, request));
      },
      async DELETE(req, res) {
        limit(req, res, 'delete');
        const { collection, id } = req.params;
        const request = hasBody(req) ? await withBody(req, res) : requestInfo(req, res);
        await records.delete(collection, id, request);
        sendNoContent(res);
      },
    },
  };
}

/** Rules may look at the body of any request. */
async function withBody(req: Request, res: Response): Promise<RequestInfo> {
  return requestInfo(req, res, await readBody(req));
}
