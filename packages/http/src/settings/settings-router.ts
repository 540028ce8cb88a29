import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import type { Request } from 'express';
import { bodyKind } from '../body/body-kind.ts';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent, sendPicked } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import { nestSettings } from './settings-form.ts';

/** /api/settings, for superusers. */
export function settingsRouter({ settings, auth }: Pick<Records, 'settings' | 'auth'>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/settings', async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    sendPicked(res, 200, (await settings.view(requestInfo(req, res))) as Json);
  });
  router.patch('/api/settings', async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    const read = await readForm(req);
    const current = settings.data as unknown as JsonObject;
    const body = bodyKind(req) === 'json' ? read.body : nestSettings(read.body, current);
    sendPicked(res, 200, (await settings.update(requestInfo(req, res, { body }))) as Json);
  });
  router.post('/api/settings/test/s3', async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    await settings.testFiles((await readForm(req)).body.filesystem);
    sendNoContent(res);
  });
  router.post('/api/settings/apple/generate-client-secret', async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    sendPicked(res, 200, { secret: auth.oauth2.appleSecret((await readForm(req)).body) });
  });
  return router;
}

async function readForm(req: Request): Promise<Body> {
  try {
    return await readBody(req);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const message = 'An error occurred while loading the submitted data.';
    throw new AppError('invalid', message, { cause: error });
  }
}
