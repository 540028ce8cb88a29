import { join } from 'node:path';
import express, { Router } from 'express';

/** Everything outside /api and /_: the files of `folder`, and its index page for paths that are none. */
export function publicRouter(folder: string): Router {
  const router = Router();
  router.use(express.static(folder, { fallthrough: true, redirect: false }));
  router.get('/{*path}', (req, res, next) => {
    if (req.path.startsWith('/api/') || req.path.startsWith('/_/')) {
      next();
      return;
    }
    res.sendFile(join(folder, 'index.html'), (error) => {
      if (error) next();
    });
  });
  return router;
}
