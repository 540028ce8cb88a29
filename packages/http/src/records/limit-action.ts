import { AppError } from '@davit/domain';
import type { Records } from '@davit/records';
import type { Response } from 'express';
import type { LimitedRequest, RateLimiter } from '../limits/rate-limiter.ts';

type CollectionRequest = LimitedRequest & { params: { collection: string } };
type LimitAction = (req: CollectionRequest, res: Response, ...actions: string[]) => void;

/**
 * Counts what is done to the collection in the path. Errors: `rate_limited`; `not_found` (no such collection, unless
 * the handler has its own words for that).
 */
export function limitAction(
  records: Records,
  limiter: RateLimiter,
  { toleratesMissing = false }: { toleratesMissing?: boolean } = {},
): LimitAction {
  return (req, res, ...actions) => {
    const collection = records.collections.find(req.params.collection);
    if (!collection && toleratesMissing) return;
    if (!collection) throw new AppError('not_found', 'Missing or invalid collection context.');
    if (!records.settings.current.rateLimits.enabled) return;
    limiter.checkAction(req, res, { collection, actions });
  };
}
