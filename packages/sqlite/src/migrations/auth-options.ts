import { randomInt } from 'node:crypto';
import type { JsonObject } from '@davit/domain';
import {
  ALERT_BODY,
  EMAIL_CHANGE_BODY,
  OTP_BODY,
  PASSWORD_RESET_BODY,
  VERIFICATION_BODY,
} from './mail-templates.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export interface AuthDefaults {
  /** fields that OAuth2 profiles fill */
  name?: string;
  avatarURL?: string;
  /** seconds a sign-in lasts */
  authDuration?: number;
}

/** Options of a new auth collection, with secrets of its own. */
export function authOptions(defaults: AuthDefaults): JsonObject {
  const { name = '', avatarURL = '', authDuration = 432_000 } = defaults;
  return {
    authRule: '',
    manageRule: null,
    authAlert: { enabled: true, emailTemplate: mail('Login from a new location', ALERT_BODY) },
    oauth2: {
      providers: [],
      mappedFields: { id: '', name, username: '', avatarURL },
      enabled: false,
    },
    passwordAuth: { enabled: true, identityFields: ['email'] },
    mfa: { enabled: false, duration: 600, rule: '' },
    otp: {
      enabled: false,
      duration: 180,
      length: 8,
      emailTemplate: mail('OTP for {APP_NAME}', OTP_BODY),
    },
    authToken: token(authDuration),
    passwordResetToken: token(1800),
    emailChangeToken: token(1800),
    verificationToken: token(86_400),
    fileToken: token(180),
    verificationTemplate: mail('Verify your {APP_NAME} email', VERIFICATION_BODY),
    resetPasswordTemplate: mail('Reset your {APP_NAME} password', PASSWORD_RESET_BODY),
    confirmEmailChangeTemplate: mail(
      'Confirm your {APP_NAME} new email address',
      EMAIL_CHANGE_BODY,
    ),
  };
}

function token(duration: number): JsonObject {
  const secret = Array.from({ length: 50 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  return { secret: secret.join(''), duration };
}

function mail(subject: string, body: string): JsonObject {
  return { subject, body };
}
