import type { Field } from '@davit/domain';
import { castText } from './cast.ts';
import { listOption, REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

const ATOM = "[a-zA-Z0-9!#$%&'*+\\-/=?^_`{|}~\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF]+";
const LABEL =
  '[a-zA-Z0-9\\u00A0-\\uFFEF](?:[a-zA-Z0-9\\-_~\\u00A0-\\uFFEF]*[a-zA-Z0-9\\u00A0-\\uFFEF])?';
const TOP = '[a-zA-Z\\u00A0-\\uFFEF](?:[a-zA-Z0-9\\-_~\\u00A0-\\uFFEF]*[a-zA-Z\\u00A0-\\uFFEF])?';
const EMAIL = new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|"[^"\\s]{1,64}")@(?:${LABEL}\\.)+${TOP}\\.?$`);

export function isEmail(text: string): boolean {
  return text.length <= 320 && EMAIL.test(text);
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
