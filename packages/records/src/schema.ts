import { parseIndex, type Collection, type Field, type Row } from '@davit/domain';
import { isMultiple, type FieldKind, type Modifier } from './fields/field-kind.ts';
import { kindOf } from './fields/kinds.ts';
import type { RecordData } from './record.ts';

export interface SchemaField {
  field: Field;
  name: string;
  kind: FieldKind;
}
export interface Setter extends SchemaField {
  /** absent: plain assignment */
  modifier?: Modifier;
}

/** What is worth working out once for each version of a collection. */
export class Schema {
  readonly collection: Collection;
  readonly fields: readonly SchemaField[];
  /** by body key: `title`, `tags+`, `+tags`, `id:autogenerate` */
  readonly setters: ReadonlyMap<string, Setter>;
  readonly relations: readonly SchemaField[];
  readonly files: readonly SchemaField[];
  readonly passwords: readonly SchemaField[];
  /** what hooks are tagged with */
  readonly tags: readonly string[];
  /** names in the order the API shows them, hidden ones left out */
  readonly visible: readonly string[];
  /** the same for superusers: everything but an account's password and token key */
  readonly readable: readonly string[];
  /** shown, but always empty: passwords other than an account's */
  readonly masked: ReadonlySet<string>;
  /** columns with a unique index of their own */
  readonly unique: ReadonlyMap<string, { ignoreCase: boolean }>;

  constructor(collection: Collection) {
    this.collection = collection;
    this.fields = collection.fields.map((field) => ({
      field,
      name: field.name,
      kind: kindOf(field),
    }));
    this.setters = new Map(this.fields.flatMap(settersOf).map((setter) => [keyOf(setter), setter]));
    this.relations = this.#ofType('relation');
    this.files = this.#ofType('file');
    this.passwords = this.#ofType('password');
    this.tags = [collection.id, collection.name];
    const readable = this.fields.filter(({ field }) => !isSecret(collection, field));
    this.masked = new Set(this.passwords.map(({ name }) => name));
    this.readable = sorted(readable);
    this.visible = sorted(readable.filter(({ field }) => !field.hidden));
    this.unique = new Map(collection.indexes.flatMap(uniqueColumn));
  }

  /** The field itself, not one of its modifiers. */
  get(name: string): SchemaField | undefined {
    const setter = this.setters.get(name);
    return setter?.modifier === undefined ? setter : undefined;
  }

  /** All fields at their zero values. */
  empty(): RecordData {
    const record: RecordData = { id: '' };
    for (const { name, kind, field } of this.fields) record[name] = kind.zero(field);
    return record;
  }

  fromRow(row: Row): RecordData {
    const record: RecordData = { id: '' };
    for (const { name, kind, field } of this.fields) {
      record[name] = kind.fromColumn(row[name] ?? null, field);
    }
    return record;
  }

  toRow(record: RecordData): Row {
    const row: Row = {};
    for (const { name, kind, field } of this.fields) {
      row[name] = kind.toColumn(record[name] ?? kind.zero(field), field);
    }
    return row;
  }

  #ofType(type: Field['type']): SchemaField[] {
    return this.fields.filter(({ field }) => field.type === type);
  }
}

const schemas = new WeakMap<Collection, Schema>();

export function schemaOf(collection: Collection): Schema {
  let schema = schemas.get(collection);
  if (schema === undefined) {
    schema = new Schema(collection);
    schemas.set(collection, schema);
  }
  return schema;
}

function settersOf(field: SchemaField): Setter[] {
  const modifiers = Object.keys(field.kind.modify ?? {}) as Modifier[];
  return [field, ...modifiers.map((modifier) => ({ ...field, modifier }))];
}

function keyOf({ name, modifier }: Setter): string {
  if (modifier === undefined) return name;
  const keys: Record<Modifier, string> = {
    append: `${name}+`,
    prepend: `+${name}`,
    subtract: `${name}-`,
    autogenerate: `${name}:autogenerate`,
  };
  return keys[modifier];
}

function isSecret(collection: Collection, field: Field): boolean {
  return collection.type === 'auth' && (field.name === 'password' || field.name === 'tokenKey');
}

function sorted(fields: readonly SchemaField[]): string[] {
  return [...fields.map(({ name }) => name), 'collectionId', 'collectionName', 'expand'].sort();
}

function uniqueColumn(statement: string): [string, { ignoreCase: boolean }][] {
  const index = parseIndex(statement);
  const [column, ...more] = index?.columns ?? [];
  if (!index?.unique || column === undefined || more.length > 0) return [];
  return [[column.name, { ignoreCase: column.collate.toLowerCase() === 'nocase' }]];
}

/** Is there at most one record for a value of this column? */
export function isUniqueReference(field: Field, schema: Schema): boolean {
  return !isMultiple(field) && schema.unique.has(field.name);
}
