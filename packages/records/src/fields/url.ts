import { RE2JS } from 're2js';
import { castText } from './cast.ts';
import { allowsDomain } from './email.ts';
import { REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';
import { urlParts } from './url-parts.ts';

const BYTE = String.raw`(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])`;
const GROUP = '[0-9a-fA-F]{1,4}';
const IPV6 = [
  `(${GROUP}:){7,7}${GROUP}`,
  `(${GROUP}:){1,7}:`,
  `(${GROUP}:){1,6}:${GROUP}`,
  ...[2, 3, 4, 5].map((most) => `(${GROUP}:){1,${7 - most}}(:${GROUP}){1,${most}}`),
  `${GROUP}:((:${GROUP}){1,6})`,
  `:((:${GROUP}){1,7}|:)`,
  'fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]{1,}',
  String.raw`::(ffff(:0{1,4}){0,1}:){0,1}(${BYTE}\.){3,3}${BYTE}`,
  String.raw`(${GROUP}:){1,4}:(${BYTE}\.){3,3}${BYTE}`,
].join('|');
const IPV4 = String.raw`([1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(\.(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}(?:\.([0-9]\d?|1\d\d|2[0-4]\d|25[0-5]))`;
const SUBDOMAIN = String.raw`((www\.)|([a-zA-Z0-9]+([-_\.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+))`;
const LETTER = String.raw`a-zA-Z\x{00a1}-\x{ffff}`;
const DOMAIN = String.raw`(([a-zA-Z0-9]([a-zA-Z0-9-_]+)?[a-zA-Z0-9]([-\.][a-zA-Z0-9]+)*)|(${SUBDOMAIN}?))?(([${LETTER}0-9]+-?-?)*[${LETTER}0-9]+)(?:\.([${LETTER}]{1,}))?`;

/** The expression PocketBase's validator has; in RE2, since backtracking over it would never end. */
const URL_FORMAT = RE2JS.compile(
  String.raw`^((ftp|tcp|udp|wss?|https?):\/\/)?(\S+(:\S*)?@)?((${IPV4}|(\[(${IPV6})\])|${DOMAIN}))\.?(:(\d{1,5}))?((\/|\?|#)[^\s]*)?$`,
);
/** What most URLs look like, and what the above always accepts. */
const PLAIN = /^https?:\/\/(?:[a-z0-9]{2,}\.)+[a-z]{2,}(?:\/[\w.~/-]*)?$/;

/** Whether it passes for a URL: a scheme is not required, a dot in the path will do. */
export function isUrl(text: string): boolean {
  if (Buffer.byteLength(text) <= 3 || [...text].length >= 2083 || text.startsWith('.')) {
    return false;
  }
  return PLAIN.test(text) || (hasPlace(text) && URL_FORMAT.matches(text));
}

/** A host, or a path that could be one. */
function hasPlace(text: string): boolean {
  const hasNoScheme = text.includes(':') && !text.includes('://');
  const parts = urlParts(hasNoScheme ? `http://${text}` : text);
  if (parts === undefined || parts.host.startsWith('.')) return false;
  return parts.host !== '' || parts.path === '' || parts.path.includes('.');
}

export const urlField: FieldKind = {
  zero: () => '',
  cast: castText,
  check(value, field) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (value === '') return field.required ? REQUIRED : undefined;
    if (!isUrl(value)) return { code: 'validation_invalid_url', message: 'Must be a valid url.' };
    return allowsDomain(field, urlParts(value)?.host ?? '')
      ? undefined
      : { code: 'validation_url_domain_not_allowed', message: 'Url domain is not allowed.' };
  },
  toColumn: castText,
  fromColumn: castText,
};
