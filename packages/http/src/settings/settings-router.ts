import { AppError } from '@davit/domain';
import type { FieldErrors, Json } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import type { Request } from 'express';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';
import { requireSuperuser } from '../guards.ts';
import { sendPicked } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';

const FILESYSTEMS: readonly (Json | undefined)[] = ['storage', 'backups'];

/** /api/settings, for superusers. */
export function settingsRouter({ settings }: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/settings', async (req, res) => {
    requireSuperuser(res);
    sendPicked(res, 200, (await settings.view(requestInfo(req, res))) as Json);
  });
  router.patch('/api/settings', async (req, res) => {
    requireSuperuser(res);
    const request = requestInfo(req, res, await readForm(req));
    sendPicked(res, 200, (await settings.update(request)) as Json);
  });
  router.post('/api/settings/test/s3', async (req, res) => {
    requireSuperuser(res);
    const { filesystem } = (await readForm(req)).body;
    const data = complaints(filesystem);
    if (data) throw new AppError('invalid', 'Failed to test the S3 filesystem.', { data });
    const { s3, backups } = settings.data;
    const { enabled } = filesystem === 'backups' ? backups.s3 : s3;
    const reason = enabled
      ? 'this build keeps files in the data directory only'
      : 'S3 storage filesystem is not enabled';
    throw new AppError('invalid', `Failed to test the S3 filesystem. Raw error: \n${reason}`);
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

function complaints(filesystem: Json | undefined): FieldErrors | undefined {
  if (FILESYSTEMS.includes(filesystem)) return undefined;
  const blank = filesystem === undefined || filesystem === '' || filesystem === null;
  const complaint = blank
    ? { code: 'validation_required', message: 'Cannot be blank.' }
    : { code: 'validation_in_invalid', message: 'Must be a valid value.' };
  return { filesystem: complaint };
}
