import type { Request, RequestHandler, Response } from 'express';

type Handler = (req: CollectionRequest, res: Response) => Promise<void>;
/** A request below `/api/collections/{collection}/`; `id` is there where its route has one. */
export type CollectionRequest = Request<{ collection: string; id: string }>;

/** By what follows the collection: `records`, `records/:id`; then by method. */
export type CollectionRoutes = Record<string, Record<string, Handler>>;

const PREFIX = '/api/collections/';

/**
 * Routes below `/api/collections/{collection}/`, found by their name rather than tried one after the other: most
 * requests there are go this way. GET answers HEAD, too.
 */
export function collectionRoutes(routes: CollectionRoutes): RequestHandler {
  const known = new Map(
    Object.entries(routes).map(([name, handlers]) => [
      name,
      { path: `${PREFIX}:collection/${name}`, handlers: new Map(Object.entries(handlers)) },
    ]),
  );
  return (req, res, next) => {
    const target = parseTarget(req.path);
    const route = target && known.get(target.name);
    const handler = route?.handlers.get(req.method === 'HEAD' ? 'GET' : req.method);
    if (!target || !route || !handler) return next();
    const collection = decodeURIComponent(target.collection);
    const params = { collection, id: decodeURIComponent(target.id) };
    return handler(Object.assign(req, { params, route: { path: route.path } }), res);
  };
}

interface Target {
  /** `records/:id` */
  name: string;
  /** not yet decoded, as the id */
  collection: string;
  id: string;
}

/** `/api/collections/a/records/b`; undefined for what is longer or shorter. */
function parseTarget(path: string): Target | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  const afterCollection = path.indexOf('/', PREFIX.length);
  if (afterCollection <= PREFIX.length) return undefined;
  const collection = path.slice(PREFIX.length, afterCollection);
  const afterName = path.indexOf('/', afterCollection + 1);
  if (afterName === -1) return { name: path.slice(afterCollection + 1), collection, id: '' };
  const id = path.slice(afterName + 1);
  if (id === '' || id.includes('/')) return undefined;
  return { name: `${path.slice(afterCollection + 1, afterName)}/:id`, collection, id };
}
