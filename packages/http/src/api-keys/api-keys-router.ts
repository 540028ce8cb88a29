import type { Json } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { readBody } from '../body/read-body.ts';
import { requirePerson } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';

/** /api/davit/v1/api-keys: keys for programs, managed by people. */
export function apiKeysRouter({ apiKeys }: Pick<Records, 'apiKeys'>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const path = '/api/davit/v1/api-keys';
  router.get(path, async (req, res) => {
    requirePerson(res);
    sendPicked(res, 200, (await apiKeys.list(requestInfo(req, res))) as unknown as Json);
  });
  router.get(`${path}/scopes`, (req, res) => {
    requirePerson(res);
    sendPicked(res, 200, { items: apiKeys.namedScopes(requestInfo(req, res)) });
  });
  router.post(path, async (req, res) => {
    requirePerson(res);
    const created = await apiKeys.create(requestInfo(req, res, await readBody(req)));
    res.setHeader('Cache-Control', 'no-store'); // it holds the secret
    sendPicked(res, 200, { ...created });
  });
  router.get(`${path}/:id`, async (req, res) => {
    requirePerson(res);
    sendPicked(res, 200, { ...(await apiKeys.get(req.params.id, requestInfo(req, res))) });
  });
  router.patch(`${path}/:id`, async (req, res) => {
    requirePerson(res);
    const request = requestInfo(req, res, await readBody(req));
    sendPicked(res, 200, { ...(await apiKeys.update(req.params.id, request)) });
  });
  router.delete(`${path}/:id`, async (req, res) => {
    requirePerson(res);
    await apiKeys.revoke(req.params.id, requestInfo(req, res));
    sendNoContent(res);
  });
  return router;
}
