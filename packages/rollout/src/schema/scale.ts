import { Type } from 'typebox';
import { rule } from './rule.ts';
import { integer } from './scalar.ts';

export const MAX_REPLICAS = 1000;

export const HorizontalScaleSchema = Type.Object(
  {
    minReplicas: integer({
      title: 'Minimum',
      description: 'Instances that always run.',
      minimum: 0,
      maximum: MAX_REPLICAS,
    }),
    maxReplicas: integer({
      title: 'Maximum',
      description: 'Instances that may run under load.',
      minimum: 1,
      maximum: MAX_REPLICAS,
    }),
    targetCPUUtilizationPercentage: Type.Optional(
      integer({
        title: 'Target CPU',
        description: 'Average CPU use, in percent of the request, above which instances are added.',
        minimum: 1,
        maximum: 1000,
      }),
    ),
  },
  {
    title: 'Scale',
    description: 'How many instances run.',
    additionalProperties: false,
    rules: [
      rule<{ minReplicas: number; maxReplicas: number }>({
        rule: 'self.minReplicas <= self.maxReplicas',
        message: 'minReplicas must not exceed maxReplicas',
        code: 'validation_min_exceeds_max',
        field: 'minReplicas',
        holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
      }),
    ],
  },
);
