import type { RequestHandler } from 'express';

/**
 * Leads paths with empty, `.` or `..` segments to what they mean, with the same method and body, as Go's router does.
 * No route has such a path: this stands behind them.
 */
export function cleanPath(): RequestHandler {
  return (req, res, next) => {
    const cleaned = cleanedPath(req.path);
    if (cleaned === req.path) {
      next();
      return;
    }
    // what is escaped stays so; a backslash would be a slash to a browser
    const path = cleaned.replaceAll('\\', '%5C');
    res.setHeader('Location', path + req.url.slice(req.path.length));
    res.status(307).end();
  };
}

/** `/a//b/./c/../d/` is `/a/b/d/`. */
export function cleanedPath(path: string): string {
  if (!/\/(?:\/|\.{1,2}(?:\/|$))/.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}
