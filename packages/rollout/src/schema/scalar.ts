import { Type } from 'typebox';
import type { TArray, TInteger, TString, TUnsafe } from 'typebox';

interface Hints {
  title: string;
  description: string;
}

/**
 * Every string is bounded: the API server charges CEL rules for the longest value a schema allows.
 * `hint` is the complaint when the pattern does not match.
 */
interface TextOptions extends Hints {
  maxLength: number;
  minLength?: number;
  pattern?: string;
  hint?: string;
  examples?: string[];
}

export function text(options: TextOptions): TString {
  return Type.String({ ...options });
}

interface NumberOptions extends Hints {
  minimum: number;
  maximum: number;
}

export function integer(options: NumberOptions): TInteger {
  const format = options.maximum > 2 ** 31 - 1 ? 'int64' : 'int32';
  return Type.Integer({ format, ...options });
}

export function oneOf<const T extends string>(values: readonly T[], hints: Hints): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...values], ...hints });
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

/** First part of a child's name (`<volume>-<name>`). */
export function dnsLabel({ maxLength = 63, ...hints }: Hints & { maxLength?: number }): TString {
  return text({
    ...hints,
    minLength: 1,
    maxLength,
    pattern: `^${LABEL}$`,
    hint: 'Must consist of lower case letters, digits and "-", and start and end with a letter or digit.',
  });
}

/** Like a DNS label, but Services must start with a letter. */
export function serviceLabel(hints: Hints): TString {
  return text({
    ...hints,
    minLength: 1,
    maxLength: 63,
    pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
    hint: 'Must consist of lower case letters, digits and "-", start with a letter and end with a letter or digit.',
  });
}

/** The name of another object; the empty string means none, as old manifests have it, where it is not ruled out. */
export function objectName(hints: Hints & { minLength?: number }): TString {
  return text({
    ...hints,
    maxLength: 253,
    pattern: `^(${SUBDOMAIN})?$`,
    hint: 'Must be the name of a Kubernetes object: lower case letters, digits, "-" and ".".',
  });
}

export function quantity(hints: Hints): TString {
  return text({
    ...hints,
    minLength: 1,
    maxLength: 32,
    pattern: '^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE]\\+?[0-9]{1,2})?$',
    hint: 'Must be a quantity such as 500m, 0.5, 256Mi or 2Gi.',
  });
}

export function port(hints: Hints): TInteger {
  return integer({ ...hints, minimum: 1, maximum: 65_535 });
}

export function hostName(hints: Hints): TString {
  return text({
    ...hints,
    maxLength: 253,
    pattern: `^((\\*\\.)?${SUBDOMAIN})?$`,
    hint: 'Must be a host name such as app.example.com or *.example.com.',
  });
}

export function absolutePath(hints: Hints & { maxLength: number }): TString {
  return text({
    ...hints,
    minLength: 1,
    pattern: '^/[^\\x00-\\x1f]*$',
    hint: 'Must begin with "/".',
  });
}

const COUNT = '[0-9]{1,4}';

/** A number of instances, or a share of them such as 25%: of all at most, unless there may be `more`. */
export function countOrShare({
  more = false,
  ...hints
}: Hints & { more?: boolean }): TUnsafe<number | string> {
  return Type.Unsafe<number | string>({
    ...hints,
    'x-kubernetes-int-or-string': true,
    minimum: 0,
    maximum: 9999,
    maxLength: 5,
    pattern: more ? `^${COUNT}%?$` : `^(${COUNT}|([0-9]{1,2}|100)%)$`,
    hint: `Must be a number such as 1 or a share such as 25%${more ? '' : ', at most 100%'}.`,
  });
}

export function seconds(options: Hints & { minimum?: number; maximum?: number }): TInteger {
  return integer({ minimum: 0, maximum: 86_400, ...options });
}

/** A moment as RFC 3339 in UTC. */
export function moment(hints: Hints): TString {
  return text({
    ...hints,
    maxLength: 35,
    pattern:
      '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$',
    hint: 'Must be a time such as 2026-01-31T12:00:00Z.',
  });
}

/** The words of a command line. */
export function words(hints: Hints): TArray<TString> {
  return Type.Array(text({ title: '', description: '', maxLength: 131_072 }), {
    ...hints,
    maxItems: 256,
  });
}
