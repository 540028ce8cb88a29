import { expect, test } from 'vitest';
import { fromBody } from './definition.ts';
import { validateFields } from './validate-fields.ts';

const BAD_FORMAT = 'Failed to load the submitted data due to invalid formatting.';

test.each([
  { id: 5 },
  { system: 'yes' },
  { listRule: 1 },
  { indexes: 'x' },
  { indexes: [1] },
  { fields: {} },
  { fields: [null] },
  { fields: [{ name: 'a', type: 'text', min: 1.5 }] },
  { fields: [{ name: 'a', type: 'text', pattern: 1 }] },
  { fields: [{ name: 'a', type: 'select', values: [1] }] },
  { fields: [{ name: 'a', type: 'date', min: 1 }] },
])('refuses a definition with a part of another kind: %j', (part) => {
  expect(() => fromBody({ name: 'posts', ...part })).toThrow(BAD_FORMAT);
});

test('takes null for left out', () => {
  const { fields, type } = fromBody({
    name: 'posts',
    type: null,
    indexes: null,
    fields: [{ name: 'a', type: 'number', min: null, required: null }],
  });
  expect(type).toBe('base');
  expect(fields[1]).toMatchObject({ name: 'a', min: null, required: false });
});

test('the last of several fields of one name stays', () => {
  const { fields } = fromBody({
    name: 'posts',
    fields: [
      { name: 'a', type: 'text' },
      { name: 'a', type: 'number' },
    ],
  });
  expect(fields.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'text'],
    ['a', 'number'],
  ]);
});

test('an account keeps its password field whatever is sent under that name', () => {
  const { fields } = fromBody({
    name: 'people',
    type: 'auth',
    fields: [{ name: 'password', type: 'text' }],
  });
  expect(fields.find(({ name }) => name === 'password')).toMatchObject({ type: 'password' });
});

test('reads the dates of options as it reads dates', () => {
  const { fields } = fromBody({
    name: 'posts',
    fields: [{ name: 'a', type: 'date', min: '2022-01-01', max: 'soon' }],
  });
  expect(fields[1]).toMatchObject({ min: '2022-01-01 00:00:00.000Z', max: '' });
});

test.each([
  [{ name: 'TRUE', type: 'text' }, undefined],
  [{ name: 'a'.repeat(101), type: 'text' }, 'name validation_length_out_of_range'],
  [{ name: 'a', type: 'text', help: 'x'.repeat(301) }, 'help validation_length_out_of_range'],
  [{ name: 'a', type: 'text', pattern: '(' }, 'pattern validation_invalid_regex'],
  [{ name: 'a', type: 'file', thumbs: ['', '5x5'] }, undefined],
  [{ name: 'a', type: 'email', onlyDomains: [''] }, undefined],
  [{ name: 'é'.repeat(51), type: 'text' }, 'name validation_length_out_of_range'],
  [{ name: 'id', type: 'number' }, 'name validation_duplicated_field_name'],
  [{ name: 'a', id: 'text3208210256', type: 'text' }, 'id validation_duplicated_field_id'],
  [{ name: 'id', type: 'text', primaryKey: false, hidden: true }, undefined],
  [{ name: 'a', type: 'number', onlyInt: true, max: 1e30 }, 'max validation_only_int_constraint'],
  [{ name: 'a', type: 'url', onlyDomains: ['AB.com'] }, 'onlyDomains undefined'],
])('complains about %j as PocketBase does', (field, complaint) => {
  const collection = fromBody({ name: 'posts', fields: [field] });
  const context = { previous: undefined, find: () => undefined, list: () => [] };
  const found = validateFields(collection, context) as Record<string, Record<string, unknown>>;
  const [name, error] = Object.entries(found['1'] ?? {})[0] ?? [];
  const code = (error as { code?: string } | undefined)?.code;
  expect(name && `${name} ${code}`).toBe(complaint);
});
