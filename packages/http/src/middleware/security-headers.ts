import type { RequestHandler } from 'express';

/**
 * The headers every response carries. No Cross-Origin-Opener-Policy: it parts a page from the window in which
 * somebody signs in at a provider, so that neither can close it.
 */
export function securityHeaders(): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('X-XSS-Protection', '1; mode=block');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'SAMEORIGIN');
    next();
  };
}
