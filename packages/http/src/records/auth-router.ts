import type { Records } from '@davit/records';
import { Router } from 'express';
import { requireAuth } from '../guards.ts';
import { sendJson, sendPicked } from '../json-response.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { requestInfo } from '../request-info.ts';
import { readForm, withText } from './auth-form.ts';
import { limitAction } from './limit-action.ts';

/** Sign-in and what belongs to it, below /api/collections/{collection}/. */
export function authRouter(records: Records, limiter: RateLimiter): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const path = '/api/collections/:collection';
  const limit = limitAction(records, limiter);
  router.get(`${path}/auth-methods`, async (req, res) => {
    limit(req, res, 'listAuthMethods');
    sendPicked(res, 200, await records.auth.methods(req.params.collection));
  });
  router.post(`${path}/auth-with-password`, async (req, res) => {
    limit(req, res, 'authWithPassword', 'auth');
    const body = await readForm(req);
    const request = requestInfo(req, res, body);
    const answer = await records.auth.signInWithPassword(
      req.params.collection,
      withText(req, body.body),
      request,
    );
    sendJson(res, 'mfaId' in answer ? 401 : 200, answer);
  });
  router.post(`${path}/auth-refresh`, async (req, res) => {
    limit(req, res, 'authRefresh');
    requireAuth(res);
    const request = requestInfo(req, res, await readForm(req));
    sendJson(res, 200, await records.auth.refresh(req.params.collection, request));
  });
  router.post(`${path}/impersonate/:id`, async (req, res) => {
    requireAuth(res);
    const request = requestInfo(req, res, await readForm(req));
    const { collection, id } = req.params;
    sendJson(res, 200, await records.auth.impersonate(collection, id, request));
  });
  return router;
}
