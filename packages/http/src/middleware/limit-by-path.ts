import type { RequestHandler } from 'express';
import type { RateLimiter } from '../limits/rate-limiter.ts';

/** For everything that is not limited by what it does to a collection. Errors: `rate_limited`. */
export function limitByPath(limiter: RateLimiter): RequestHandler {
  return (req, res, next) => {
    limiter.checkPath(req, res);
    next();
  };
}
