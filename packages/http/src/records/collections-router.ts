import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import type { Request } from 'express';
import { readBody, type Body } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import { parseQueryForm } from './query-form.ts';
import { collectionJson } from './collection-json.ts';

/** /api/collections, for superusers. */
export function collectionsRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { collections, collectionRequests: requests } = records;
  router.get('/api/collections', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const { items, ...page } = await requests.list(requestInfo(req, res));
    sendPicked(res, 200, { items: items.map(collectionJson), ...page });
  });
  router.get('/api/collections/meta/scaffolds', (_req, res) => {
    requireSuperuser(res, '@admin:collections');
    sendPicked(res, 200, collections.scaffolds());
  });
  router.post('/api/collections/meta/dry-run-view', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const query = parseQueryForm((await readBody(req)).body);
    sendPicked(res, 200, (await collections.dryRunView(query)) as unknown as JsonObject);
  });
  router.post('/api/collections', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const body = await readDefinition(req);
    sendPicked(res, 200, collectionJson(await requests.create(requestInfo(req, res, body))));
  });
  router.put('/api/collections/import', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const body = await readBody(req);
    await requests.import(importedCollections(body.body), {
      deleteMissing: body.body.deleteMissing === true,
      request: requestInfo(req, res, body),
    });
    sendNoContent(res);
  });
  router.get('/api/collections/:collection', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const found = await requests.view(req.params.collection, requestInfo(req, res));
    sendPicked(res, 200, collectionJson(found));
  });
  router.patch('/api/collections/:collection', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const body = await readDefinition(req);
    const updated = await requests.update(req.params.collection, requestInfo(req, res, body));
    sendPicked(res, 200, collectionJson(updated));
  });
  router.delete('/api/collections/:collection', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    await requests.delete(req.params.collection, requestInfo(req, res));
    sendNoContent(res);
  });
  router.delete('/api/collections/:collection/truncate', async (req, res) => {
    requireSuperuser(res, '@admin:collections');
    const { name } = collections.get(req.params.collection);
    const note = { action: 'collection.truncate', collection: name };
    await records.audit.around(contextOf(res), note, () => collections.truncate(name));
    sendNoContent(res);
  });
  return router;
}

async function readDefinition(req: Request): Promise<Body> {
  try {
    return await readBody(req);
  } catch (cause) {
    if (!AppError.is(cause, 'invalid')) throw cause;
    const message = 'Failed to load the submitted data due to invalid formatting.';
    throw new AppError('invalid', message, { cause });
  }
}

function importedCollections(body: JsonObject): JsonObject[] {
  const given = body.collections ?? [];
  if (!Array.isArray(given)) throw unreadable();
  const collections = given.map((item) => {
    if (typeof item !== 'object' || Array.isArray(item)) throw unreadable();
    return item ?? {};
  });
  if (collections.length > 0) return collections;
  throw new AppError('invalid', 'An error occurred while validating the submitted data.', {
    data: { collections: { code: 'validation_required', message: 'Cannot be blank.' } },
  });
}

function unreadable(): AppError {
  return new AppError('invalid', 'An error occurred while loading the submitted data.');
}
