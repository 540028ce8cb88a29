import type { Field } from '@davit/domain';
import { isMultiple } from '@davit/domain';

const PLAIN: Readonly<Record<Exclude<Field['type'], 'select' | 'relation' | 'file'>, string>> = {
  text: `TEXT DEFAULT '' NOT NULL`,
  number: 'NUMERIC DEFAULT 0 NOT NULL',
  bool: 'BOOLEAN DEFAULT FALSE NOT NULL',
  email: `TEXT DEFAULT '' NOT NULL`,
  url: `TEXT DEFAULT '' NOT NULL`,
  editor: `TEXT DEFAULT '' NOT NULL`,
  date: `TEXT DEFAULT '' NOT NULL`,
  autodate: `TEXT DEFAULT '' NOT NULL`,
  json: 'JSON DEFAULT NULL',
  geoPoint: `JSON DEFAULT '{"lon":0,"lat":0}' NOT NULL`,
  password: `TEXT DEFAULT '' NOT NULL`,
};

/** The column's definition, to the letter what PocketBase writes. */
export function columnDefinition(field: Field): string {
  if (field['primaryKey'] === true) {
    return `TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL`;
  }
  if (field.type === 'select' || field.type === 'relation' || field.type === 'file') {
    return isMultiple(field) ? `JSON DEFAULT '[]' NOT NULL` : `TEXT DEFAULT '' NOT NULL`;
  }
  return PLAIN[field.type];
}
