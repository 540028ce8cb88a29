import { dateField } from './date.ts';
import type { FieldKind } from './field-kind.ts';

/** Set by the server on create or update; nothing to check. */
export const autodateField: FieldKind = { ...dateField, check: () => undefined };
