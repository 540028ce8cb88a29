import type { Collection, Json, TokenType } from '@davit/domain';
import { formatDate } from '../fields/date.ts';
import { randomText } from '../fields/random.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import type { Letter } from './account-mail.ts';
import { checkForm, emailAddress, readText } from './auth-form.ts';
import type { AuthServices } from './auth-services.ts';
import { textOf } from './text-of.ts';

type Filled = Pick<Letter, 'kind' | 'values' | 'meta'>;
type Fill = (services: AuthServices, collection: Collection, record: RecordData) => Filled;

const TEMPLATES = new Map<string, Fill>([
  ['verification', withToken('verification', 'verification')],
  ['password-reset', withToken('passwordReset', 'passwordReset')],
  ['email-change', withToken('emailChange', 'emailChange')],
  [
    'otp',
    () => ({
      kind: 'otp',
      values: { OTP: '123456', OTP_ID: '_PB_TEST_OTP_ID_' },
      meta: { otpId: '_PB_TEST_OTP_ID_', password: '123456' },
    }),
  ],
  [
    'login-alert',
    ({ context }) => {
      const info = `${formatDate(context.core.clock.now())} - TEST_IP TEST_USER_AGENT`;
      return { kind: 'authAlert', values: { ALERT_INFO: info }, meta: { info } };
    },
  ],
]);

/**
 * Sends one of the templates to an address, filled with nobody's data. `body`: `{email, template, collection?}`.
 * Errors: `invalid` with complaints; those of the mailer.
 */
export async function sendTestMail(services: AuthServices, body: Json): Promise<void> {
  const form = readText(body, ['collection', 'email', 'template']);
  const { catalog } = services.context.core;
  const collection = catalog.find(form.collection === '' ? SUPERUSERS : form.collection);
  const fill = TEMPLATES.get(form.template);
  await checkForm(
    { ...form, collection: form.collection === '' ? SUPERUSERS : form.collection },
    {
      collection: [
        () =>
          collection?.type === 'auth'
            ? undefined
            : {
                code: 'validation_invalid_auth_collection',
                message: 'Must be a valid auth collection id or name.',
              },
      ],
      email: emailAddress,
      template: [
        () =>
          fill ? undefined : { code: 'validation_in_invalid', message: 'Must be a valid value.' },
      ],
    },
    'Failed to send the test email.',
  );
  if (collection === undefined || fill === undefined) return;
  const record = nobody(collection, form.email);
  await services.mail.send({ collection, record, ...fill(services, collection, record) });
}

function withToken(kind: Letter['kind'], type: TokenType): Fill {
  return ({ tokens }, collection, record) => {
    const newEmail = type === 'emailChange' ? { newEmail: textOf(record.email) } : {};
    const token = tokens.issue(collection, record, { type, ...newEmail });
    return { kind, values: { TOKEN: token }, meta: { token, ...newEmail } };
  };
}

function nobody(collection: Collection, email: string): RecordData {
  const record = schemaOf(collection).empty();
  for (const { name, hidden } of collection.fields) {
    if (!hidden) record[name] = `__pb_test_${name}__`;
  }
  return { ...record, tokenKey: randomText(50), email };
}
