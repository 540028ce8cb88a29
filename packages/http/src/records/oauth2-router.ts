import type { OAuth2Redirect, Records } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { readBody } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { requireSuperuser } from '../guards.ts';
import { sendPicked } from '../json-response.ts';
import { parseQuery } from '../query.ts';
import { withText } from './auth-form.ts';

/** Where providers send browsers back to, and the list of providers. */
export function oauth2Router(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { oauth2 } = records.auth;
  router.get('/api/collections/meta/oauth2-providers', (_req, res) => {
    requireSuperuser(res, '@admin:collections');
    sendPicked(
      res,
      200,
      oauth2.providers().map(({ name, displayName, logo }) => ({ name, displayName, logo })),
    );
  });
  router.get('/api/oauth2-redirect', (req, res) => {
    // `user` comes with the form post alone
    const redirect = asRedirect({ ...parseQuery(req.url), user: '' });
    // Express sends HEAD here, too, which PocketBase answers as it does a POST
    const status = req.method === 'GET' ? 307 : 303;
    finish(res, oauth2.redirect(redirect, contextOf(res).ip), status);
  });
  router.post('/api/oauth2-redirect', async (req, res) => {
    const redirect = await readRedirect(req);
    finish(res, redirect !== undefined && oauth2.redirect(redirect, contextOf(res).ip), 303);
  });
  return router;
}

/** A browser stands here, not a program: what cannot be read leads to the page that says so. */
async function readRedirect(req: Request): Promise<OAuth2Redirect | undefined> {
  try {
    const { body } = await readBody(req);
    return asRedirect(withText(req, body));
  } catch {
    return undefined;
  }
}

function asRedirect(values: Record<string, unknown>): OAuth2Redirect {
  const text = (name: string): string => {
    const value = values[name];
    return typeof value === 'string' ? value : '';
  };
  return { state: text('state'), code: text('code'), error: text('error'), user: text('user') };
}

function finish(res: Response, ok: boolean, status: 303 | 307): void {
  res.setHeader('Location', `../_/#/auth/oauth2-redirect-${ok ? 'success' : 'failure'}`);
  res.status(status).end();
}
