import { Type } from 'typebox';
import { rule } from './rule.ts';
import { countOrShare, integer, oneOf, text } from './scalar.ts';

export const RollingUpdateSchema = Type.Object(
  {
    maxSurge: Type.Optional(
      countOrShare({
        title: 'More',
        description: 'Instances above the number asked for.',
        more: true,
      }),
    ),
    maxUnavailable: Type.Optional(
      countOrShare({ title: 'Fewer', description: 'Instances that may be missing.' }),
    ),
  },
  {
    title: 'Rolling update',
    description: 'Pace of a rolling update. Absent: one more, none fewer.',
    additionalProperties: false,
    rules: [
      rule<{ maxSurge?: number | string; maxUnavailable?: number | string }>({
        rule: "!(string(has(self.maxSurge) ? self.maxSurge : 1) in ['0', '0%'] && string(has(self.maxUnavailable) ? self.maxUnavailable : 0) in ['0', '0%'])",
        message: 'maxSurge and maxUnavailable must not both be zero',
        code: 'validation_no_progress',
        holds: ({ maxSurge = 1, maxUnavailable = 0 }) =>
          !(isZero(maxSurge) && isZero(maxUnavailable)),
      }),
    ],
  },
);

const isZero = (amount: number | string): boolean => ['0', '0%'].includes(String(amount));

export const DisruptionBudgetSchema = Type.Object(
  {
    minAvailable: Type.Optional(
      countOrShare({
        title: 'Minimum',
        description: 'Instances that stay when nodes are drained.',
      }),
    ),
    maxUnavailable: Type.Optional(
      countOrShare({
        title: 'Missing',
        description: 'Instances that may go when nodes are drained.',
      }),
    ),
  },
  {
    title: 'Disruption budget',
    description: 'What draining nodes leaves running.',
    additionalProperties: false,
    rules: [
      rule<object>({
        rule: 'has(self.minAvailable) != has(self.maxUnavailable)',
        message: 'exactly one of minAvailable and maxUnavailable must be set',
        code: 'validation_one_of',
        holds: (budget) => 'minAvailable' in budget !== 'maxUnavailable' in budget,
      }),
    ],
  },
);

export const TopologySpreadSchema = Type.Array(
  Type.Object(
    {
      topologyKey: text({
        title: 'Label',
        description: 'Label of the nodes, for instance topology.kubernetes.io/zone.',
        minLength: 1,
        maxLength: 316,
      }),
      maxSkew: Type.Optional(
        integer({
          title: 'Skew',
          description: 'Largest difference between two places; 1 where absent.',
          minimum: 1,
          maximum: 1000,
        }),
      ),
      whenUnsatisfiable: Type.Optional(
        oneOf(['DoNotSchedule', 'ScheduleAnyway'], {
          title: 'Otherwise',
          description: 'ScheduleAnyway where absent.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  {
    title: 'Topology spread',
    description: 'Spreads the instances over zones or nodes.',
    maxItems: 8,
  },
);
