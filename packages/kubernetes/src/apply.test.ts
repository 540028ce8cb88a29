import { ANNOTATIONS } from '@davit/rollout';
import { describe, expect, test } from 'vitest';
import { adoptFields, adoptionOf, FIELD_MANAGER } from './apply.ts';
import type { ManagedFields } from './apply.ts';

const update = (manager: string, fieldsV1: ManagedFields['fieldsV1'] & object) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
});

test('joins earlier owners into the one that applies', () => {
  const managedFields = [
    update('manager', { 'f:spec': { 'f:a': {} } }),
    update('kubectl', { 'f:metadata': {} }),
    { ...update(FIELD_MANAGER, { 'f:spec': { 'f:b': {} } }), operation: 'Apply' },
    { ...update('manager', { 'f:status': {} }), subresource: 'status' },
  ];
  const patch = adoptFields({ metadata: { name: 'a', resourceVersion: '7', managedFields } });
  expect(patch).toEqual([
    {
      op: 'replace',
      path: '/metadata/managedFields',
      value: [
        managedFields[1],
        managedFields[3],
        {
          ...update(FIELD_MANAGER, { 'f:spec': { 'f:a': {}, 'f:b': {} } }),
          operation: 'Apply',
        },
      ],
    },
    { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
  ]);
});

test('has nothing to do where all was applied', () => {
  const managedFields = [{ ...update(FIELD_MANAGER, {}), operation: 'Apply' }];
  expect(adoptFields({ metadata: { name: 'a', managedFields } })).toBeUndefined();
});

describe('before the first apply', () => {
  const ours = update(FIELD_MANAGER, { 'f:spec': {} });
  const original = update('manager', { 'f:spec': {} });
  const applied = { ...ours, operation: 'Apply' };
  const status = { ...update('kube-controller-manager', {}), subresource: 'status' };
  test.each([
    ['nothing of what others wrote', [update('kubectl', {}), status], 'none'],
    ['nothing of what was applied', [applied, status], 'none'],
    ['what we created, as it stands', [ours, status], 'first'],
    ['what we created, where it stands now', [update('kubectl', {}), ours], 'read'],
    ['what we created and applied', [ours, applied], 'read'],
    ['what the original operator wrote', [original, status], 'read'],
    ['what both wrote', [ours, original], 'read'],
  ] as const)('adopts %s', (_, managedFields, expected) => {
    expect(adoptionOf({ name: 'a', managedFields })).toBe(expected);
  });

  test.each([
    ['what another operator of that name wrote to it later', [applied, original], 'none'],
    ['what we created, without what such an operator added', [ours, original], 'first'],
    ['what we created, where it stands now', [original, ours], 'read'],
  ] as const)('of an object that is ours it adopts %s', (_, managedFields, expected) => {
    const annotations = { [ANNOTATIONS.appliedHash]: 'x' };
    const metadata = { name: 'a', annotations, managedFields };
    expect(adoptionOf(metadata)).toBe(expected);
    expect(adoptFields({ metadata }) === undefined).toBe(expected === 'none');
    expect(JSON.stringify(adoptFields({ metadata }) ?? [original])).toContain(
      '"manager":"manager"',
    );
  });
});
