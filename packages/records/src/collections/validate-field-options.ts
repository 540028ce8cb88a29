import {
  formatFloat,
  type Field,
  type FieldError,
  type FieldErrors,
  type FieldType,
} from '@davit/domain';
import { listOption, numberOption, REQUIRED, textOption } from '../fields/field-kind.ts';
import { isInt64 } from '../fields/number.ts';
import { generateFromPattern } from '../fields/generate-from-pattern.ts';
import { isPattern, matchesPattern, patternError } from '../fields/pattern.ts';
import type { CollectionContext } from './collection-context.ts';
import { atLeast, BAD_FORMAT, EMPTY, lengthBetween, outside } from './complaints.ts';

const MOST = 2 ** 53 - 1;
/** As the original has it: the last letter of a label is a small one, and `xn--` follows a space. */
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-zA-Z]{1,63}| xn--[a-z0-9]{1,59})$/;
const THUMB = /^\d+x\d+[tbf]?$/;
const NO_SIZE = /^0x0[tbf]?$/;

type Found = FieldError | FieldErrors | undefined;
type Check = (field: Field, context: OptionContext) => Record<string, Found>;

export interface OptionContext extends CollectionContext {
  /** the field as it is stored */
  before: Field | undefined;
}

const CHECKS: Partial<Record<FieldType, Check>> = {
  text: (field) => ({ ...range(field, MOST), ...patterns(field), ...generated(field) }),
  password: (field) => ({
    ...range(field, 71),
    ...patterns(field),
    cost: outside(numberOption(field, 'cost', 0), 4, 31),
  }),
  number: numberErrors,
  email: domainErrors,
  url: domainErrors,
  editor: sizeErrors,
  json: sizeErrors,
  autodate: autodateErrors,
  select: selectErrors,
  relation: relationErrors,
  file: (field) => ({
    ...sizeErrors(field),
    maxSelect: outside(numberOption(field, 'maxSelect', 0), 0, MOST),
    thumbs: each(listOption(field, 'thumbs'), thumbError),
  }),
};

/** Complaints about the options of the field's type, by option. */
export function optionErrors(field: Field, context: OptionContext): FieldErrors {
  const found = CHECKS[field.type]?.(field, context) ?? {};
  const help =
    Buffer.byteLength(textOption(field, 'help')) > 300 ? lengthBetween(1, 300) : undefined;
  const entries = Object.entries({ help, ...found });
  return Object.fromEntries(
    entries.flatMap(([name, error]) => (error === undefined ? [] : [[name, error]])),
  );
}

function thumbError(size: string): FieldError | undefined {
  if (NO_SIZE.test(size)) {
    return { code: 'validation_not_in_invalid', message: 'Must not be in list.' };
  }
  return THUMB.test(size) ? undefined : BAD_FORMAT;
}

function each(list: readonly string[], check: (item: string) => FieldError | undefined): Found {
  const errors = list.flatMap((item, index) => {
    const error = item === '' ? undefined : check(item);
    return error ? [[String(index), error] as const] : [];
  });
  return errors.length > 0 ? Object.fromEntries(errors) : undefined;
}

function range(field: Field, most: number): Record<string, Found> {
  const min = numberOption(field, 'min', 0);
  const max = numberOption(field, 'max', 0);
  return {
    min: outside(min, field.type === 'password' ? 1 : 0, most),
    max: outside(max, min, most),
  };
}

function patterns(field: Field): Record<string, Found> {
  const errors: Record<string, Found> = {};
  for (const option of ['pattern', 'autogeneratePattern']) {
    const message = patternError(textOption(field, option));
    if (message !== undefined) errors[option] = { code: 'validation_invalid_regex', message };
  }
  return errors;
}

/** What the server would fill in must satisfy the field itself. */
function generated(field: Field): Record<string, Found> {
  const pattern = textOption(field, 'autogeneratePattern');
  if (pattern === '' || !isPattern(pattern)) return {};
  for (let attempt = 0; attempt < 10; attempt++) {
    const sample = generateFromPattern(pattern);
    const { length } = [...sample];
    const own = textOption(field, 'pattern');
    const isFine =
      length >= numberOption(field, 'min', 0) &&
      length <= numberOption(field, 'max', 5000) &&
      (own === '' || !isPattern(own) || matchesPattern(own, sample));
    if (isFine) continue;
    const message = `The provided autogenerate pattern could produce invalid field values, ex.: "${sample}".`;
    return {
      autogeneratePattern: { code: 'validation_invalid_autogenerate_pattern_value', message },
    };
  }
  return {};
}

function numberErrors(field: Field): Record<string, Found> {
  const { min, max, onlyInt } = field;
  const decimal = (value: unknown): Found =>
    onlyInt === true && typeof value === 'number' && !isInt64(value)
      ? { code: 'validation_only_int_constraint', message: 'Decimal numbers are not allowed.' }
      : undefined;
  const isReversed = typeof min === 'number' && typeof max === 'number' && max < min;
  return {
    min: decimal(min),
    max: isReversed
      ? {
          code: 'validation_min_number_constraint',
          message: `Must be greater or equal than ${formatFloat(min)}.`,
          params: { min },
        }
      : decimal(max),
  };
}

function domainErrors(field: Field): Record<string, Found> {
  const only = listOption(field, 'onlyDomains');
  const except = listOption(field, 'exceptDomains');
  if (only.length > 0 && except.length > 0) return { onlyDomains: EMPTY, exceptDomains: EMPTY };
  const check = (domain: string): FieldError | undefined =>
    domain.length <= 255 && DOMAIN.test(domain)
      ? undefined
      : { code: 'validation_is_domain', message: 'Must be a valid domain.' };
  return { onlyDomains: each(only, check), exceptDomains: each(except, check) };
}

function sizeErrors(field: Field): Record<string, Found> {
  return { maxSize: outside(numberOption(field, 'maxSize', 0), 0, MOST) };
}

function autodateErrors({ onCreate, onUpdate }: Field): Record<string, Found> {
  if (onCreate === true || onUpdate === true) return {};
  const error = {
    code: 'validation_required',
    message: 'Either onCreate or onUpdate must be enabled.',
  };
  return { onCreate: error, onUpdate: error };
}

function selectErrors(field: Field): Record<string, Found> {
  const { length } = listOption(field, 'values');
  if (length === 0) return { values: REQUIRED };
  return { maxSelect: outside(numberOption(field, 'maxSelect', 0), 0, length) };
}

function relationErrors(field: Field, context: OptionContext): Record<string, Found> {
  const min = numberOption(field, 'minSelect', 0);
  const max = numberOption(field, 'maxSelect', 0);
  const isTooSmall = max !== 0 && max < min;
  return {
    collectionId: targetError(field, context),
    minSelect: min < 0 ? atLeast(0) : undefined,
    maxSelect: min > 0 && max === 0 ? REQUIRED : isTooSmall ? atLeast(min) : undefined,
  };
}

function targetError(field: Field, context: OptionContext): FieldError | undefined {
  const { before } = context;
  const target = textOption(field, 'collectionId');
  if (target === '') return REQUIRED;
  if (before && before.collectionId !== target) {
    const message = 'The relation collection cannot be changed.';
    return { code: 'validation_field_relation_change', message };
  }
  const found = context.find(target);
  if (found?.id !== target) {
    const message = "The relation collection doesn't exist.";
    return { code: 'validation_field_relation_missing_collection', message };
  }
  if (found.type !== 'view') return undefined;
  const message = 'Only view collections are allowed to have relations to other views.';
  return { code: 'validation_relation_field_non_view_base_collection', message };
}
