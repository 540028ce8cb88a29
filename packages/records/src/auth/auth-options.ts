import type { Collection, Json, JsonObject, TokenType } from '@davit/domain';

const TOKEN_KEYS: Record<TokenType, string> = {
  auth: 'authToken',
  file: 'fileToken',
  verification: 'verificationToken',
  passwordReset: 'passwordResetToken',
  emailChange: 'emailChangeToken',
};

/** Typed reading of an auth collection's `options`, which are stored as they come. */
export function tokenSettings(
  { options }: Collection,
  type: TokenType,
): { secret: string; duration: number } {
  const settings = section(options, TOKEN_KEYS[type]);
  return {
    secret: typeof settings.secret === 'string' ? settings.secret : '',
    duration: typeof settings.duration === 'number' ? settings.duration : 0,
  };
}

export function passwordAuth({ options }: Collection): {
  enabled: boolean;
  identityFields: string[];
} {
  const { enabled, identityFields } = section(options, 'passwordAuth');
  return {
    enabled: enabled === true,
    identityFields: Array.isArray(identityFields)
      ? identityFields.filter((name) => typeof name === 'string')
      : [],
  };
}

export interface FactorSettings {
  enabled: boolean;
  /** seconds */
  duration: number;
  rule: string;
}

export function factorSettings({ options }: Collection, name: 'mfa' | 'otp'): FactorSettings {
  const { enabled, duration, rule } = section(options, name);
  return {
    enabled: enabled === true,
    duration: typeof duration === 'number' ? duration : 0,
    rule: typeof rule === 'string' ? rule : '',
  };
}

/** digits of a one-time password */
export function otpLength({ options }: Collection): number {
  const { length } = section(options, 'otp');
  return typeof length === 'number' && length > 0 ? length : 8;
}

export function alertEnabled({ options }: Collection): boolean {
  return section(options, 'authAlert').enabled === true;
}

export function oauth2Enabled({ options }: Collection): boolean {
  return section(options, 'oauth2').enabled === true;
}

/** null: nobody; '': everybody. */
export function authRule({ options }: Collection): string | null {
  return typeof options.authRule === 'string' ? options.authRule : null;
}

function section(options: JsonObject, name: string): JsonObject {
  const value: Json | undefined = options[name];
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
