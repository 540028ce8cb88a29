import type { RequestHandler, Response } from 'express';

const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
const SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Answers every OPTIONS request with 204 and names the origins that browsers may call from.
 * `origins` are exact or patterns with `*` and `?`; `*` alone allows all. Never with credentials.
 */
export function cors(origins: readonly string[]): RequestHandler {
  const allowAll = origins.includes('*');
  const patterns = origins.map(toPattern);
  const allowed = (origin: string): string | undefined => {
    if (allowAll) return '*';
    return patterns.some((pattern) => pattern.test(origin)) ? origin : undefined;
  };
  return (req, res, next) => {
    res.setHeader('Vary', 'Origin');
    const origin = req.headers.origin;
    const answer = origin === undefined ? undefined : allowed(origin);
    if (answer !== undefined) res.setHeader('Access-Control-Allow-Origin', answer);
    if (req.method !== 'OPTIONS') {
      next();
      return;
    }
    if (answer !== undefined) setPreflight(res, req.headers['access-control-request-headers']);
    res.writeHead(204).end();
  };
}

function setPreflight(res: Response, requested: string | undefined): void {
  res.setHeader('Vary', [
    'Origin',
    'Access-Control-Request-Method',
    'Access-Control-Request-Headers',
  ]);
  res.setHeader('Access-Control-Allow-Methods', METHODS);
  if (requested !== undefined) res.setHeader('Access-Control-Allow-Headers', requested);
}

function toPattern(origin: string): RegExp {
  const source = origin.replace(SPECIAL, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i');
}
