import { crc32 } from 'node:zlib';
import type { Field, Json } from '@davit/domain';

type Options = Partial<Field> & Record<string, Json>;

/** `text3208210256`: how PocketBase names a field that was not given an id. */
export function fieldId(type: string, name: string): string {
  return `${type}${String(crc32(name))}`;
}

function field(type: Field['type'], name: string, options: Options): Field {
  return {
    id: fieldId(type, name),
    name,
    type,
    system: false,
    hidden: false,
    presentable: false,
    ...options,
  };
}

function input(type: Field['type'], name: string, options: Options): Field {
  return field(type, name, { help: '', required: false, ...options });
}

export function textField(name: string, options: Options = {}): Field {
  return input('text', name, {
    autogeneratePattern: '',
    max: 0,
    min: 0,
    pattern: '',
    primaryKey: false,
    ...options,
  });
}

export function idField(): Field {
  return textField('id', {
    autogeneratePattern: '[a-z0-9]{15}',
    max: 15,
    min: 15,
    pattern: '^[a-z0-9]+$',
    primaryKey: true,
    required: true,
    system: true,
  });
}

export function boolField(name: string, options: Options = {}): Field {
  return input('bool', name, options);
}

export function emailField(name: string, options: Options = {}): Field {
  return input('email', name, { exceptDomains: [], onlyDomains: [], ...options });
}

export function passwordField(name: string, options: Options = {}): Field {
  return input('password', name, { cost: 0, max: 0, min: 0, pattern: '', ...options });
}

export function dateField(name: string, options: Options = {}): Field {
  return input('date', name, { max: '', min: '', ...options });
}

export function jsonField(name: string, options: Options = {}): Field {
  return input('json', name, { maxSize: 0, ...options });
}

export function fileField(name: string, options: Options = {}): Field {
  return input('file', name, {
    maxSelect: 1,
    maxSize: 0,
    mimeTypes: [],
    protected: false,
    thumbs: [],
    ...options,
  });
}

export function relationField(name: string, collectionId: string, options: Options = {}): Field {
  return input('relation', name, {
    cascadeDelete: false,
    collectionId,
    maxSelect: 1,
    minSelect: 0,
    ...options,
  });
}

/** `created` and `updated`, at the end of every list of fields. */
export function dateStampFields(options: { system: boolean }): Field[] {
  return [
    field('autodate', 'created', { onCreate: true, onUpdate: false, ...options }),
    field('autodate', 'updated', { onCreate: true, onUpdate: true, ...options }),
  ];
}
