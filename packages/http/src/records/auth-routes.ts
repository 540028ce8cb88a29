import type { Records } from '@davit/records';
import type { CollectionRoutes } from '../collection-routes.ts';
import { requireAuth } from '../guards.ts';
import { sendJson, sendPicked } from '../json-response.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { requestInfo } from '../request-info.ts';
import { readForm, withText } from './auth-form.ts';
import { limitAction } from './limit-action.ts';

/** Sign-in and what belongs to it, below /api/collections/{collection}/. */
export function authRoutes(records: Records, limiter: RateLimiter): CollectionRoutes {
  const limit = limitAction(records, limiter);
  return {
    'auth-methods': {
      async GET(req, res) {
        limit(req, res, 'listAuthMethods');
        sendPicked(res, 200, await records.auth.methods(req.params.collection));
      },
    },
    'auth-with-password': {
      async POST(req, res) {
        limit(req, res, 'authWithPassword', 'auth');
        const body = await readForm(req);
        const request = requestInfo(req, res, body);
        const answer = await records.auth.signInWithPassword(
          req.params.collection,
          withText(req, body.body),
          request,
        );
        sendJson(res, 'mfaId' in answer ? 401 : 200, answer);
      },
    },
    'auth-refresh': {
      async POST(req, res) {
        limit(req, res, 'authRefresh');
        requireAuth(res);
        const request = requestInfo(req, res, await readForm(req));
        sendJson(res, 200, await records.auth.refresh(req.params.collection, request));
      },
    },
    'impersonate/:id': {
      async POST(req, res) {
        requireAuth(res);
        const request = requestInfo(req, res, await readForm(req));
        const { collection, id } = req.params;
        sendJson(res, 200, await records.auth.impersonate(collection, id, request));
      },
    },
  };
}
