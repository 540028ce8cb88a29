import { Type } from 'typebox';
import { compareQuantities } from '../quantity.ts';
import { rule, uniqueBy } from './rule.ts';
import { absolutePath, dnsLabel, objectName, oneOf, quantity } from './scalar.ts';

const VolumeSchema = Type.Object(
  {
    name: dnsLabel({ title: 'Name', description: 'The claim is called <volume>-<name>.' }),
    mountPath: absolutePath({
      title: 'Path',
      description: 'Where the container finds the volume.',
      maxLength: 512,
    }),
    size: quantity({ title: 'Size', description: 'Can grow, never shrink; for instance 1Gi.' }),
    storageClass: Type.Optional(
      objectName({
        title: 'Storage class',
        description: 'Cannot be changed later; empty means the default of the cluster.',
      }),
    ),
    accessMode: Type.Optional(
      oneOf(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'], {
        title: 'Access',
        description:
          'By one node, one instance or all. Cannot be changed later; ReadWriteOnce where absent.',
      }),
    ),
    reclaim: Type.Optional(
      oneOf(['Retain', 'Delete'], {
        title: 'Afterwards',
        description:
          'What becomes of the data when the volume or the Rollout is removed; Retain where absent.',
      }),
    ),
  },
  {
    additionalProperties: false,
    rules: [
      rule<{ size: string }>({
        rule: '!isQuantity(self.size) || quantity(self.size).isGreaterThan(quantity("0"))',
        message: 'size must be greater than zero',
        code: 'validation_size_zero',
        field: 'size',
        holds: ({ size }) => compareQuantities(size, '0') > 0,
      }),
      rule<{ mountPath: string }>({
        rule: '!self.mountPath.contains(":")',
        message: 'mountPath must not contain ":"',
        code: 'validation_match_invalid',
        field: 'mountPath',
        holds: ({ mountPath }) => !mountPath.includes(':'),
      }),
    ],
  },
);

export const VolumesSchema = Type.Array(VolumeSchema, {
  title: 'Volumes',
  description: 'Persistent volumes. They outlive the Rollout.',
  maxItems: 20,
  rules: [
    uniqueBy('name', 'names of volumes must be unique'),
    uniqueBy('mountPath', 'mount paths of volumes must be unique'),
  ],
});
