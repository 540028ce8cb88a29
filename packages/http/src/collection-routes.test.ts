import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { expect, test } from 'vitest';
import { collectionRoutes } from './collection-routes.ts';
import { listenForTest } from './listen.fixture.ts';

const app = express();
app.use(
  collectionRoutes({
    records: {
      GET: ({ params }, res) => answer(res, `list ${params.collection}`),
    },
    'records/:id': {
      GET: ({ params }, res) => answer(res, `view ${params.collection} ${params.id}`),
      DELETE: () => Promise.reject(new Error('thrown')),
    },
  }),
);
app.use((_req, res) => answer(res, 'next'));
// eslint-disable-next-line max-params -- Express knows error handlers by their four parameters
app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) =>
  answer(res, String(error)),
);

function answer(res: Response, text: string): Promise<void> {
  res.send(text);
  return Promise.resolve();
}

test.each([
  ['GET', '/api/collections/a/records', 'list a'],
  ['GET', '/api/collections/a/records?page=2', 'list a'],
  ['GET', '/api/collections/a%2Fb/records/c%20d', 'view a/b c d'],
  ['HEAD', '/api/collections/a/records', ''],
  ['DELETE', '/api/collections/a/records/b', 'Error: thrown'],
  ['GET', '/api/collections/%/records', 'URIError: URI malformed'],
  ['POST', '/api/collections/a/records', 'next'],
  ['GET', '/api/collections/a/records/', 'next'],
  ['GET', '/api/collections/a/records/b/c', 'next'],
  ['GET', '/api/collections//records', 'next'],
  ['GET', '/api/collections/a/Records', 'next'],
  ['GET', '/api/collections/a', 'next'],
  ['GET', '/other/api/collections/a/records', 'next'],
])('%s %s is answered with "%s"', async (method, path, text) => {
  await using server = await listenForTest(app);
  const response = await fetch(server.url + path, { method });
  expect(await response.text()).toBe(text);
});
