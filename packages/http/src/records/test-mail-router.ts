import { AppError } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { requireSuperuser } from '../guards.ts';
import { sendNoContent } from '../json-response.ts';
import { readForm } from './auth-form.ts';

/** POST /api/settings/test/email, for superusers: does mail get out? */
export function testMailRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.post('/api/settings/test/email', async (req, res) => {
    requireSuperuser(res, '@admin:settings');
    const { body } = await readForm(req);
    try {
      await records.auth.sendTestMail(body);
    } catch (cause) {
      // about the form; what a mail server refused has a cause
      if (AppError.is(cause, 'invalid') && cause.cause === undefined) throw cause;
      throw new AppError('invalid', 'Failed to send the test email.', { cause });
    }
    sendNoContent(res);
  });
  return router;
}
