import type { Field } from '@davit/domain';
import { RE2JS } from 're2js';
import { castText } from './cast.ts';
import { listOption, REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

const BEYOND_ASCII = String.raw`\x{00A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}`;
const ATOM = String.raw`([a-zA-Z\d!#\$%&'\*\+\-\/=\?\^_\x60{\|}~${BEYOND_ASCII}])+`;
const BLANK = String.raw`(((\x20|\x09)*(\x0d\x0a))?(\x20|\x09)+)?`;
/** As written there: each character has a quote before it. */
const QUOTED = String.raw`(\x22${BLANK}([\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e${BEYOND_ASCII}]|(\([\x01-\x09\x0b\x0c\x0d-\x7f]|[${BEYOND_ASCII}])))*${BLANK}\x22`;
const inside = (edge: string, middle: string): string =>
  `([${edge}]|[${edge}][${middle}]*[${edge}])`;
const LABEL = inside(
  String.raw`a-zA-Z\d${BEYOND_ASCII}`,
  String.raw`a-zA-Z\d\-\._~${BEYOND_ASCII}`,
);
const TOP = inside(`a-zA-Z${BEYOND_ASCII}`, String.raw`a-zA-Z\d\-_~${BEYOND_ASCII}`);

/** The expression PocketBase's validator has. */
const EMAIL = RE2JS.compile(String.raw`^(${ATOM}(\.${ATOM})*|${QUOTED})@(${LABEL}\.)+${TOP}\.?$`);
/** What most addresses look like, and what the above always accepts. */
const PLAIN = /^[a-z\d]+(?:[._+-][a-z\d]+)*@(?:[a-z\d]+\.)+[a-z]+$/i;

export function isEmail(text: string): boolean {
  return PLAIN.test(text) || EMAIL.matches(text);
}

export const emailField: FieldKind = {
  zero: () => '',
  cast: castText,
  check(value, field) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (value === '') return field.required ? REQUIRED : undefined;
    if (!isEmail(value)) {
      return { code: 'validation_is_email', message: 'Must be a valid email address.' };
    }
    return allowsDomain(field, value.slice(value.lastIndexOf('@') + 1))
      ? undefined
      : { code: 'validation_email_domain_not_allowed', message: 'Email domain is not allowed.' };
  },
  toColumn: castText,
  fromColumn: castText,
};

/** `onlyDomains` or `exceptDomains`; exact, case-sensitive. */
export function allowsDomain(field: Field, domain: string): boolean {
  const only = listOption(field, 'onlyDomains');
  if (only.length > 0) return only.includes(domain);
  return !listOption(field, 'exceptDomains').includes(domain);
}
