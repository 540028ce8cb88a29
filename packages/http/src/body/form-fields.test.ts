import { expect, test } from 'vitest';
import { FormFields, inferValue } from './form-fields.ts';

test.each([
  ['', ''],
  ['true', true],
  ['false', false],
  ['True', 'True'],
  ['123', 123],
  ['-1.5', -1.5],
  ['0', 0],
  ['0123', '0123'],
  ['1e3', '1e3'],
  ['1.0', '1.0'],
  ['.5', '.5'],
  ['-', '-'],
  ['12345678901234567890', '12345678901234567890'],
  ['Infinity', 'Infinity'],
  ['2024-01-01', '2024-01-01'],
])('takes %j for %j', (text, value) => {
  expect(inferValue(text)).toBe(value);
});

test('makes a list of a name that comes several times', () => {
  const fields = new FormFields();
  fields.add('a', '1');
  fields.add('a', 'x');
  fields.add('b', 'true');
  expect(fields.toBody()).toEqual({ a: [1, 'x'], b: true });
});

test('merges @jsonPayload as it is', () => {
  const fields = new FormFields();
  fields.add('@jsonPayload', '{"a":"1","c":{"d":[]}}');
  fields.add('a', '2');
  fields.add('@jsonPayload', '{"b":"true"}');
  expect(fields.toBody()).toEqual({ a: '1', b: 'true', c: { d: [] } });
});

test.each(['[1]', '', '{"a":1} x'])('refuses the payload %j, which is no object', (payload) => {
  const fields = new FormFields();
  fields.add('@jsonPayload', payload);
  expect(() => fields.toBody()).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
});
