import type { Response } from 'express';
import { Router } from 'express';
import { loadUiFiles } from './ui-files.ts';
import type { UiFile, UiFiles } from './ui-files.ts';

const INDEX = 'index.html';

/** /_/: the built admin UI in `folder`. Paths that are no file are pages of the app itself. */
export function uiRouter(folder: string): Router {
  const router = Router({ caseSensitive: true, strict: true });
  let loading: Promise<UiFiles> | undefined;
  router.get('/_', (_req, res) => res.redirect(307, '/_/'));
  router.get('/_/{*path}', async (req, res, next) => {
    const files = await (loading ??= loadUiFiles(folder).catch((error: unknown) => {
      loading = undefined; // the build may be under way
      throw error;
    }));
    const name = decodeURIComponent(req.path.slice('/_/'.length));
    const file = files.get(name) ?? (isAsset(name) ? undefined : files.get(INDEX));
    if (!file) {
      next();
      return;
    }
    setHeaders(res, file);
    if (req.headers['if-none-match'] === file.etag) {
      res.writeHead(304).end();
      return;
    }
    const content = await file.read(req.acceptsEncodings());
    if (content.encoding) res.setHeader('Content-Encoding', content.encoding);
    res.setHeader('Content-Length', content.bytes.length);
    res.end(content.bytes);
  });
  return router;
}

/** A missing script must not be answered with a page. */
function isAsset(name: string): boolean {
  return name.startsWith('_app/') || /\.\w{1,5}$/.test(name);
}

function setHeaders(res: Response, file: UiFile): void {
  res.setHeader('Content-Type', file.contentType);
  res.setHeader('ETag', file.etag);
  res.vary('Accept-Encoding');
  if (file.policy) res.setHeader('Content-Security-Policy', file.policy);
  res.setHeader(
    'Cache-Control',
    file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
}
