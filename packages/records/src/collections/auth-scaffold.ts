import type { Field, Json, JsonObject } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { normalizeField } from './field-options.ts';

const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** seconds */
const TOKENS: Record<string, number> = {
  authToken: 432_000,
  passwordResetToken: 1800,
  emailChangeToken: 1800,
  verificationToken: 86_400,
  fileToken: 180,
};

export function randomSecret(): string {
  return randomText(50, SECRET_ALPHABET);
}

/** The options of a new auth collection, with fresh secrets. */
export function authOptions(): JsonObject {
  const tokens = Object.entries(TOKENS).map(([name, duration]): [string, Json] => [
    name,
    { secret: randomSecret(), duration },
  ]);
  return {
    authRule: '',
    manageRule: null,
    authAlert: { enabled: true, emailTemplate: LOGIN_ALERT },
    oauth2: {
      providers: [],
      mappedFields: { id: '', name: '', username: '', avatarURL: '' },
      enabled: false,
    },
    passwordAuth: { enabled: true, identityFields: ['email'] },
    mfa: { enabled: false, duration: 600, rule: '' },
    otp: { enabled: false, duration: 180, length: 8, emailTemplate: OTP },
    ...Object.fromEntries(tokens),
    verificationTemplate: VERIFICATION,
    resetPasswordTemplate: RESET_PASSWORD,
    confirmEmailChangeTemplate: CONFIRM_EMAIL_CHANGE,
  };
}

/** The fields every account has; their flags cannot be changed. */
export function authFields(): Field[] {
  const system = { system: true };
  return [
    normalizeField({
      ...system,
      type: 'password',
      name: 'password',
      hidden: true,
      required: true,
      min: 8,
    }),
    normalizeField({
      ...system,
      type: 'text',
      name: 'tokenKey',
      hidden: true,
      required: true,
      min: 30,
      max: 60,
      autogeneratePattern: '[a-zA-Z0-9]{50}',
    }),
    normalizeField({ ...system, type: 'email', name: 'email', required: true }),
    normalizeField({ ...system, type: 'bool', name: 'emailVisibility' }),
    normalizeField({ ...system, type: 'bool', name: 'verified' }),
  ];
}

/** What may not differ from the scaffold in these fields. */
export const ENFORCED: Readonly<Record<string, readonly string[]>> = {
  password: ['type', 'system', 'hidden', 'required'],
  tokenKey: ['type', 'system', 'hidden', 'required'],
  email: ['type', 'system', 'hidden'],
  emailVisibility: ['type', 'system'],
  verified: ['type', 'system'],
};

const THANKS = '<p>\n  Thanks,<br/>\n  {APP_NAME} team\n</p>';
const button = (action: string, label: string): string =>
  `<p>\n  <a class="btn" href="{APP_URL}/_/#/auth/${action}/{TOKEN}" target="_blank" rel="noopener">${label}</a>\n</p>`;
const template = (subject: string, ...lines: string[]): JsonObject => ({
  subject,
  body: ['<p>Hello,</p>', ...lines, THANKS].join('\n'),
});

const VERIFICATION = template(
  'Verify your {APP_NAME} email',
  '<p>Thank you for joining us at {APP_NAME}.</p>',
  '<p>Click on the button below to verify your email address.</p>',
  button('confirm-verification', 'Verify'),
  "<p><i>If you didn't recently register, please ignore this email.</i></p>",
);
const RESET_PASSWORD = template(
  'Reset your {APP_NAME} password',
  '<p>Click on the button below to reset your password.</p>',
  button('confirm-password-reset', 'Reset password'),
  "<p><i>If you didn't ask to reset your password, please ignore this email.</i></p>",
);
const CONFIRM_EMAIL_CHANGE = template(
  'Confirm your {APP_NAME} new email address',
  '<p>Click on the button below to confirm your new email address.</p>',
  button('confirm-email-change', 'Confirm new email'),
  "<p><i>If you didn't ask to change your email address, please ignore this email.</i></p>",
);
const OTP = template(
  'OTP for {APP_NAME}',
  '<p>Your one-time password is: <strong>{OTP}</strong></p>',
  "<p><i>If you didn't ask for the one-time password, you can ignore this email.</i></p>",
);
const LOGIN_ALERT = template(
  'Login from a new location',
  '<p>We noticed a login to your {APP_NAME} account from a new location:</p>',
  '<p><em>{ALERT_INFO}</em></p>',
  "<p><strong>If this wasn't you, you should immediately change your {APP_NAME} account password to revoke access from all other locations.</strong></p>",
  '<p>If this was you, you may disregard this email.</p>',
);
