import { isIP } from 'node:net';
import type { FieldError, FieldErrors } from '@davit/domain';
import { atLeast, BAD_FORMAT, lengthBetween } from '../collections/complaints.ts';
import { scheduleComplaint } from '../crons/schedule.ts';
import { isEmail } from '../fields/email.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import { isUrl } from '../fields/url.ts';
import type { RateLimitRule, S3Settings } from './settings.ts';
import type { SettingsData } from './settings-data.ts';

type Check = FieldError | FieldErrors | undefined;

const RULE_LABEL = /^(\w+ \/[\w/-]*|\/[\w/-]*|\w+:\w+|\*:\w+|\w+)$/;
const HOST = /^(?=.{1,253}\.?$)(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.?)+$/u;
export const IN_INVALID: FieldError = {
  code: 'validation_in_invalid',
  message: 'Must be a valid value.',
};
const NOT_ADDRESS: FieldError = {
  code: 'validation_invlaid_ip_or_subnet', // PocketBase's spelling
  message: 'Invalid IP or CIDR subnet.',
};

/** Complaints by field; empty when everything is as it should be. */
export function validateSettings(settings: SettingsData): FieldErrors {
  const { backups, rateLimits } = settings;
  const complaints = group({
    superuserIPs: addresses(settings.superuserIPs),
    meta: meta(settings.meta),
    logs: logs(settings.logs),
    smtp: smtp(settings.smtp),
    s3: s3(settings.s3),
    backups: group({ s3: s3(backups.s3), ...schedule(backups) }),
    batch: batch(settings.batch),
    rateLimits: group({
      rules: rules(rateLimits),
      excludedIPs: addresses(rateLimits.excludedIPs),
    }),
  });
  return complaints ?? {};
}

function meta(it: SettingsData['meta']): Check {
  const color = 'Must be a valid hexadecimal color code.';
  return group({
    accentColor:
      exactly(it.accentColor, 7) ??
      check(it.accentColor, isColor, 'validation_is_hex_color', color),
    appName: required(it.appName) ?? length(it.appName),
    appURL: required(it.appURL) ?? url(it.appURL),
    senderName: required(it.senderName) ?? length(it.senderName),
    senderAddress: required(it.senderAddress) ?? email(it.senderAddress),
  });
}

function logs({ maxDataSize, maxDays }: SettingsData['logs']): Check {
  return group({ maxDataSize: notNegative(maxDataSize), maxDays: notNegative(maxDays) });
}

function smtp({ enabled, host: name, port, authMethod, localName }: SettingsData['smtp']): Check {
  return group({
    host: (enabled ? required(name) : undefined) ?? host(name),
    port: (enabled ? required(port) : undefined) ?? notNegative(port),
    authMethod: ['', 'PLAIN', 'LOGIN'].includes(authMethod) ? undefined : IN_INVALID,
    localName: host(localName),
  });
}

function batch({ enabled, maxRequests, timeout, maxBodySize }: SettingsData['batch']): Check {
  return group({
    maxRequests: (enabled ? required(maxRequests) : undefined) ?? notNegative(maxRequests),
    timeout: (enabled ? required(timeout) : undefined) ?? notNegative(timeout),
    maxBodySize: notNegative(maxBodySize),
  });
}

/** undefined when none of them complains. */
function group(checks: Record<string, Check>): FieldErrors | undefined {
  const failed = Object.entries(checks).filter(
    (entry): entry is [string, FieldError | FieldErrors] => {
      return entry[1] !== undefined;
    },
  );
  return failed.length === 0 ? undefined : Object.fromEntries(failed);
}

function schedule({ cron, cronMaxKeep }: SettingsData['backups']): Record<string, Check> {
  const keep = cron === '' || cronMaxKeep !== 0 ? undefined : REQUIRED;
  const malformed = cron === '' ? undefined : scheduleComplaint(cron);
  return {
    cron:
      malformed === undefined ? undefined : { code: 'validation_invalid_cron', message: malformed },
    cronMaxKeep: keep ?? (cronMaxKeep !== 0 && cronMaxKeep < 1 ? atLeast(1) : undefined),
  };
}

function s3(settings: S3Settings): FieldErrors | undefined {
  const needed = (text: string): Check => (settings.enabled ? required(text) : undefined);
  const { endpoint, bucket, region, accessKey, secret } = settings;
  return group({
    endpoint: needed(endpoint) ?? url(endpoint),
    bucket: needed(bucket),
    region: needed(region),
    accessKey: needed(accessKey),
    secret: needed(secret),
  });
}

function rules({ rules: list, enabled }: SettingsData['rateLimits']): Check {
  if (list.length === 0) return enabled ? REQUIRED : undefined;
  const seen: string[] = [];
  for (const [index, { label, audience }] of list.entries()) {
    const key = `${label}@@${audience}`;
    if (seen.some((other) => other.startsWith(key) || key.startsWith(other))) {
      return { [index]: { label: conflicting(label) } };
    }
    seen.push(key);
  }
  return group(Object.fromEntries(list.map((rule, index) => [String(index), rateLimitRule(rule)])));
}

function rateLimitRule(rule: RateLimitRule): Check {
  const { label, audience, maxRequests, duration } = rule;
  return group({
    label: required(label) ?? (RULE_LABEL.test(label) ? undefined : BAD_FORMAT),
    maxRequests: required(maxRequests) ?? (maxRequests < 1 ? atLeast(1) : undefined),
    duration: required(duration) ?? (duration < 1 ? atLeast(1) : undefined),
    audience: ['', '@guest', '@auth'].includes(audience) ? undefined : IN_INVALID,
  });
}

function conflicting(label: string): FieldError {
  return {
    code: 'validation_conflicting_rate_limit_rule',
    message: `Rate limit rule configuration with label ${label} already exists or conflicts with another rule.`,
    params: { label },
  };
}

function addresses(list: readonly string[]): Check {
  const checks = list.map((text, index): [string, Check] => [
    String(index),
    required(text) ?? (isAddressOrSubnet(text) ? undefined : NOT_ADDRESS),
  ]);
  return group(Object.fromEntries(checks));
}

const required = (value: string | number): Check =>
  (typeof value === 'string' ? value.trim() : value) ? undefined : REQUIRED;

const notNegative = (value: number): Check => (value < 0 ? atLeast(0) : undefined);

const length = (text: string): Check =>
  Buffer.byteLength(text) > 255 ? lengthBetween(1, 255) : undefined;

const exactly = (text: string, size: number): Check =>
  text === '' || Buffer.byteLength(text) === size
    ? undefined
    : {
        code: 'validation_length_invalid',
        message: `The length must be exactly ${size}.`,
        params: { min: size, max: size },
      };

const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

// eslint-disable-next-line max-params -- one row of a table
function check(
  text: string,
  test: (text: string) => boolean,
  code: string,
  message: string,
): Check {
  return text === '' || test(text) ? undefined : { code, message };
}

const url = (text: string): Check =>
  check(text, (it) => isUrl(it), 'validation_is_url', 'Must be a valid URL.');
const email = (text: string): Check =>
  check(text, isEmail, 'validation_is_email', 'Must be a valid email address.');
const host = (text: string): Check =>
  check(
    text,
    (it) => HOST.test(it) || isAddressOrSubnet(it),
    'validation_is_host',
    'Must be a valid IP address or DNS name.',
  );

/** `10.0.0.1`, `10.0.0.0/8`, and the same for IPv6. */
function isAddressOrSubnet(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}
