import type { Field, FieldError, Json } from '@davit/domain';
import type { Upload } from '../files/upload.ts';

export const MODIFIERS = ['append', 'prepend', 'subtract', 'autogenerate'] as const;
/** `f+`, `+f`, `f-`, `f:autogenerate` */
export type Modifier = (typeof MODIFIERS)[number];

export type Stored = string | number | null;

export interface CheckContext {
  isNew: boolean;
  /** the stored value; undefined for a new record */
  original: Json | undefined;
  /** a new plain password */
  plain: string | undefined;
  /** new files by stored name */
  uploads: ReadonlyMap<string, Upload>;
}

/** Everything one field type knows: from input to value, from value to column and back. Pure. */
export interface FieldKind {
  /** the value of a record that was never given one */
  zero(field: Field): Json;
  /** Any input to a value; never throws: what makes no sense becomes the zero value. */
  cast(input: Json, field: Field): Json;
  /** What `f+` and its siblings do with the current value. */
  modify?: Partial<Record<Modifier, (current: Json, input: Json, field: Field) => Json>>;
  /** The first complaint. */
  check(value: Json, field: Field, context: CheckContext): FieldError | undefined;
  toColumn(value: Json, field: Field): Stored;
  fromColumn(stored: Stored, field: Field): Json;
}

export const REQUIRED: FieldError = { code: 'validation_required', message: 'Cannot be blank.' };
export const UNSUPPORTED: FieldError = {
  code: 'validation_unsupported_value_type',
  message: 'Invalid or unsupported value type.',
};

/** A numeric option; absent, null and 0 give `otherwise`. */
export function numberOption(field: Field, name: string, otherwise: number): number {
  const value = field[name];
  return typeof value === 'number' && value !== 0 ? value : otherwise;
}

export function textOption(field: Field, name: string): string {
  const value = field[name];
  return typeof value === 'string' ? value : '';
}

export function listOption(field: Field, name: string): string[] {
  const value = field[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** May the field hold several values? */
export function isMultiple(field: Field): boolean {
  return (
    (field.type === 'select' || field.type === 'relation' || field.type === 'file') &&
    numberOption(field, 'maxSelect', 1) > 1
  );
}
