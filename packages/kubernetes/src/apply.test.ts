import { expect, test } from 'vitest';
import { adoptFields, FIELD_MANAGER } from './apply.ts';

const update = (manager: string, fieldsV1: object) => ({
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
