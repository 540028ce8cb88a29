import type { Records } from '@davit/records';
import { Router } from 'express';
import { requireAuth } from '../guards.ts';
import { sendJson, sendNoContent } from '../json-response.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { requestInfo } from '../request-info.ts';
import { readForm, withText } from './auth-form.ts';
import { limitAction } from './limit-action.ts';

/** The steps around an account below /api/collections/{collection}/: one-time passwords, mail, providers. */
export function accountRouter(records: Records, limiter: RateLimiter): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { otp, oauth2, verification, passwordReset, emailChange } = records.auth;
  const path = '/api/collections/:collection';
  const limit = limitAction(records, limiter);
  router.post(`${path}/request-otp`, async (req, res) => {
    limit(req, res, 'requestOTP');
    const body = await readForm(req);
    const request = requestInfo(req, res, body);
    sendJson(res, 200, await otp.request(req.params.collection, withText(req, body.body), request));
  });
  router.post(`${path}/auth-with-otp`, async (req, res) => {
    limit(req, res, 'authWithOTP', 'auth');
    const body = await readForm(req);
    const form = withText(req, body.body);
    const answer = await otp.signIn(req.params.collection, form, requestInfo(req, res, body));
    sendJson(res, 'mfaId' in answer ? 401 : 200, answer);
  });
  router.post(`${path}/auth-with-oauth2`, async (req, res) => {
    limit(req, res, 'authWithOAuth2', 'auth');
    const body = await readForm(req);
    const form = withText(req, body.body);
    const answer = await oauth2.signIn(req.params.collection, form, requestInfo(req, res, body));
    sendJson(res, 'mfaId' in answer ? 401 : 200, answer);
  });
  const steps = [
    ['request-verification', 'requestVerification', verification.request.bind(verification)],
    ['confirm-verification', 'confirmVerification', verification.confirm.bind(verification)],
    ['request-password-reset', 'requestPasswordReset', passwordReset.request.bind(passwordReset)],
    ['confirm-password-reset', 'confirmPasswordReset', passwordReset.confirm.bind(passwordReset)],
    ['request-email-change', 'requestEmailChange', emailChange.request.bind(emailChange)],
    ['confirm-email-change', 'confirmEmailChange', emailChange.confirm.bind(emailChange)],
  ] as const;
  for (const [name, action, run] of steps) {
    router.post(`${path}/${name}`, async (req, res) => {
      limit(req, res, action);
      if (name === 'request-email-change') requireAuth(res);
      const body = await readForm(req);
      const form = withText(req, body.body);
      await run(req.params.collection, form, requestInfo(req, res, body));
      sendNoContent(res);
    });
  }
  return router;
}
