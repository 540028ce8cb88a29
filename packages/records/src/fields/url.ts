import { castText } from './cast.ts';
import { allowsDomain } from './email.ts';
import { REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

const HOST =
  /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[\p{L}\p{N}_][\p{L}\p{N}_-]*\.)+[\p{L}\p{N}-]+|[\p{L}\p{N}][\p{L}\p{N}-]*)$/u;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//;
const PARTS = /^(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:]*)(:\d{1,5})?(?:[/?#].*)?$/i;

/** The host with its port, '' without a scheme (which is optional); undefined when it is no URL. */
export function urlHost(text: string): string | undefined {
  if (text.length < 3 || text.length >= 2083 || /^\.|[\s\0]/.test(text)) return undefined;
  const rest = text.replace(SCHEME, '');
  const [, host = '', port = ''] = PARTS.exec(rest) ?? [];
  if (!host.startsWith('[') && !HOST.test(host)) return undefined;
  if (rest !== text) return host + port;
  return host.includes('.') ? '' : undefined;
}

export const urlField: FieldKind = {
  zero: () => '',
  cast: castText,
  check(value, field) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (value === '') return field.required ? REQUIRED : undefined;
    const host = urlHost(value);
    if (host === undefined) {
      return { code: 'validation_invalid_url', message: 'Must be a valid url.' };
    }
    return allowsDomain(field, host)
      ? undefined
      : { code: 'validation_url_domain_not_allowed', message: 'Url domain is not allowed.' };
  },
  toColumn: castText,
  fromColumn: castText,
};
