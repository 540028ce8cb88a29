import { expect, test } from 'vitest';
import { identityLabel, isEmail } from './identity.ts';

test.each([
  [['email'], 'Email'],
  [['username', 'email'], 'Email or username'],
  [['staff_number'], 'Staff number'],
  [[], 'Email'],
])('names the field of %j', (fields, label) => {
  expect(identityLabel(fields)).toBe(label);
});

test('tells an address from a name', () => {
  expect(['ann@x.example', 'ann', 'a b@x'].map(isEmail)).toEqual([true, false, false]);
});
