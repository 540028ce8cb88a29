import type { Field, FieldType } from '@davit/domain';
import { autodateField } from './autodate.ts';
import { boolField } from './bool.ts';
import { dateField } from './date.ts';
import { editorField } from './editor.ts';
import { emailField } from './email.ts';
import type { FieldKind } from './field-kind.ts';
import { fileField } from './file.ts';
import { geoPointField } from './geo-point.ts';
import { jsonField } from './json.ts';
import { numberField } from './number.ts';
import { passwordField } from './password.ts';
import { relationField } from './relation.ts';
import { selectField } from './select.ts';
import { textField } from './text.ts';
import { urlField } from './url.ts';

const KINDS: Record<FieldType, FieldKind> = {
  text: textField,
  number: numberField,
  bool: boolField,
  email: emailField,
  url: urlField,
  editor: editorField,
  date: dateField,
  autodate: autodateField,
  select: selectField,
  relation: relationField,
  file: fileField,
  json: jsonField,
  geoPoint: geoPointField,
  password: passwordField,
};

export function kindOf(field: Field): FieldKind {
  return KINDS[field.type];
}
