import { crc32 } from 'node:zlib';
import {
  hasUniqueIndex,
  type Collection,
  type CollectionType,
  type Field,
  type JsonObject,
} from '@davit/domain';
import { DEFAULT_ID_PATTERN } from '../fields/pattern.ts';
import { authFields, authOptions, ENFORCED } from './auth-scaffold.ts';
import { normalizeField } from './field-options.ts';

/** What a new collection starts from. Its id is empty until it has a name. */
export function scaffold(type: CollectionType): Collection {
  return {
    id: '',
    name: '',
    type,
    system: false,
    fields: systemFields(type),
    indexes: [],
    listRule: null,
    viewRule: null,
    createRule: null,
    updateRule: null,
    deleteRule: null,
    options: optionsOf(type),
    created: '',
    updated: '',
  };
}

function optionsOf(type: CollectionType): JsonObject {
  if (type === 'auth') return authOptions();
  return type === 'view' ? { viewQuery: '' } : {};
}

/** As PocketBase names collections that come without an id. */
export function generatedCollectionId(type: CollectionType, name: string): string {
  return `pbc_${crc32(type + name)}`;
}

function idField(): Field {
  return normalizeField({
    type: 'text',
    name: 'id',
    system: true,
    required: true,
    primaryKey: true,
    min: 15,
    max: 15,
    pattern: DEFAULT_ID_PATTERN,
    autogeneratePattern: '[a-z0-9]{15}',
  });
}

function systemFields(type: CollectionType): Field[] {
  if (type === 'view') return [];
  return type === 'auth' ? [idField(), ...authFields()] : [idField()];
}

/** Puts back what every collection of the type has, and the flags nobody may change. */
export function withSystemFields(collection: Collection): Collection {
  const fields = collection.fields.map((field) => ({ ...field }));
  const missing: Field[] = [];
  for (const wanted of systemFields(collection.type)) {
    const place = fields.findIndex(({ name }) => name === wanted.name);
    const own = fields[place];
    if (own?.type === wanted.type) enforce(own, wanted);
    else if (own === undefined || wanted.name === 'id') missing.push(wanted);
    else fields[place] = { ...wanted, id: own.id };
  }
  const [first, ...rest] = missing;
  const ordered = first?.name === 'id' ? [first, ...fields, ...rest] : [...fields, ...missing];
  return { ...collection, fields: ordered, indexes: withAuthIndexes(collection) };
}

function enforce(own: Field, wanted: Field): void {
  const keys =
    wanted.name === 'id'
      ? ['type', 'system', 'required', 'primaryKey', 'hidden']
      : (ENFORCED[wanted.name] ?? []);
  for (const key of keys) own[key] = wanted[key];
  if (wanted.name === 'id' && own.pattern === '') own.pattern = DEFAULT_ID_PATTERN;
}

export function withAuthIndexes({ type, id, name, indexes }: Collection): string[] {
  if (type !== 'auth') return indexes;
  const wanted = [
    `CREATE UNIQUE INDEX \`idx_tokenKey_${id}\` ON \`${name}\` (\`tokenKey\`)`,
    `CREATE UNIQUE INDEX \`idx_email_${id}\` ON \`${name}\` (\`email\`) WHERE \`email\` != ''`,
  ];
  const columns = ['tokenKey', 'email'];
  const missing = wanted.filter((_index, at) => !hasUniqueIndex(indexes, columns[at] ?? ''));
  return [...indexes, ...missing];
}
