import { AppError } from '@davit/domain';
import type { Json } from '@davit/domain';
import { BatchFailure } from '@davit/records';
import type { BatchAction, Records } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { toErrorBody } from '../error-response.ts';
import { sendPicked } from '../json-response.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { requestInfo } from '../request-info.ts';
import { parseBatch, unreadable } from './batch-form.ts';

const DEFAULT_LIMIT = 128 * 1024 * 1024;

/** POST /api/batch: several writes, all or none. */
export function batchRouter(records: Records, limiter: RateLimiter): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.post('/api/batch', async (req, res) => {
    limiter.checkPath(req, res);
    const { enabled, maxRequests, maxBodySize } = records.settings.current.batch;
    if (!enabled || maxRequests <= 0) {
      throw new AppError('forbidden', 'Batch requests are not allowed.');
    }
    const body = await read(req, maxBodySize > 0 ? maxBodySize : DEFAULT_LIMIT);
    const items = parseBatch(body, maxRequests);
    const check = (name: string, action: Exclude<BatchAction, 'upsert'>): void => {
      const collection = records.collections.find(name);
      if (collection) limiter.checkAction(req, res, { collection, actions: [action] });
    };
    try {
      const results = await records.batch(items, requestInfo(req, res), { check });
      sendPicked(res, 200, results as unknown as Json);
    } catch (error) {
      throw error instanceof BatchFailure ? withResponse(error, res) : error;
    }
  });
  return router;
}

async function read(req: Request, limit: number): Promise<Body> {
  try {
    return await readBody(req, limit);
  } catch (cause) {
    throw AppError.is(cause, 'invalid') ? unreadable(cause) : cause;
  }
}

/** The refused item with the answer that it would have got by itself. */
function withResponse(failure: BatchFailure, res: Response): AppError {
  const { data, message, status } = toErrorBody(failure.error, contextOf(res).requestId);
  const refused = {
    code: 'batch_request_failed',
    message: 'Batch request failed.',
    response: { data, message, status },
  };
  return new AppError('invalid', failure.message, {
    data: { requests: { [failure.index]: refused } },
    cause: failure,
  });
}
