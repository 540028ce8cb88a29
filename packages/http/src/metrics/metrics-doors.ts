import type { RequestListener } from 'node:http';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { requireSuperuser } from '../guards.ts';
import { loadAuth } from '../middleware/load-auth.ts';
import type { ServerMetrics } from './server-metrics.ts';

const PATH = '/metrics';

/** /metrics on the main listener: for superusers, and for keys with the scope. Others find what is there else. */
export function metricsRouter(records: Records, metrics: ServerMetrics): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const auth = loadAuth(records);
  router.get(PATH, async (req, res, next) => {
    if (!req.headers.authorization) {
      next();
      return;
    }
    await auth(req, res, () => undefined);
    requireSuperuser(res, '@admin:metrics');
    const text = await metrics.text();
    res.setHeader('Content-Type', metrics.contentType);
    res.end(text);
  });
  return router;
}

/** /metrics on an address of its own, for whoever can reach it; nothing else is there. */
export function metricsListener(metrics: ServerMetrics): RequestListener {
  return (req, res) => {
    const path = (req.url ?? '').split('?')[0];
    if (path !== PATH || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => {
        res.setHeader('Content-Type', metrics.contentType);
        res.end(text);
      },
      () => res.writeHead(500).end(),
    );
  };
}
