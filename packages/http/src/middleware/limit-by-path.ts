import type { RequestHandler } from 'express';
import type { RateLimiter } from '../limits/rate-limiter.ts';

/** For everything that is not limited by what it does to a collection. Errors: `rate_limited`. */
export function limitByPath(limiter: RateLimiter): RequestHandler {
  return (req, res, next) => {
    // mounted below a path, which is then no part of `path`
    limiter.checkPath({ method: req.method, path: req.baseUrl + req.path }, res);
    next();
  };
}
