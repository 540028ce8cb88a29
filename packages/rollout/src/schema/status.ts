import { PHASES } from '@davit/domain';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { SchemaNode } from './node.ts';

export const CONDITION_TYPES = [
  'Ready',
  'Available',
  'Reconciling',
  'Stalled',
  'Degraded',
  'SpecRendered',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

const amounts = Type.Object({ cpu: Type.String(), memory: Type.String() });

const ConditionSchema = Type.Object({
  type: Type.String({ maxLength: 316 }),
  status: Type.Unsafe<'True' | 'False' | 'Unknown'>({
    type: 'string',
    enum: ['True', 'False', 'Unknown'],
  }),
  reason: Type.String({ minLength: 1, maxLength: 1024 }),
  message: Type.String({ maxLength: 32_768 }),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  observedGeneration: Type.Optional(Type.Integer({ format: 'int64', minimum: 0 })),
});
export type Condition = Static<typeof ConditionSchema>;

/** What the operator found. The first four keep the names and strings they always had. */
const RolloutStatusSchema = Type.Object(
  {
    deployment: Type.Optional(
      Type.Object({
        replicas: Type.Integer({ format: 'int32' }),
        podNames: Type.Array(Type.String()),
        resources: Type.Object({ requestSum: amounts, limitSum: amounts }),
        status: Type.String({ description: 'OK, Pending or NotReady.' }),
      }),
    ),
    services: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          ports: Type.Array(Type.Integer({ format: 'int32' })),
          status: Type.String(),
        }),
      ),
    ),
    ingresses: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          hosts: Type.Array(Type.String()),
          status: Type.String({ description: 'Operational or Pending.' }),
        }),
      ),
    ),
    volumes: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          status: Type.String({ description: 'Bound, Pending, Lost or Unknown.' }),
        }),
      ),
    ),
    cronjobs: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          lastScheduleTime: Type.Optional(Type.String()),
          lastSuccessfulTime: Type.Optional(Type.String()),
          active: Type.Optional(
            Type.Integer({ format: 'int32', description: 'Runs that go on right now.' }),
          ),
          runAt: Type.Optional(Type.String({ description: 'The runAt that was carried out.' })),
          running: Type.Optional(Type.Boolean({ description: 'Whether that run goes on.' })),
        }),
      ),
    ),
    rollback: Type.Optional(
      Type.Object(
        {
          revision: Type.String({ description: 'Hash of the spec that failed.' }),
          reason: Type.String(),
          message: Type.String({ description: 'Why it failed.' }),
          time: Type.String({ format: 'date-time' }),
        },
        { description: 'Set while the last spec that worked runs in place of the current one.' },
      ),
    ),
    conditions: Type.Optional(
      Type.Array(ConditionSchema, {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
    ),
    observedGeneration: Type.Optional(
      Type.Integer({ format: 'int64', description: 'The generation this status is about.' }),
    ),
    phase: Type.Optional(
      Type.Unsafe<(typeof PHASES)[number]>({ type: 'string', enum: [...PHASES] }),
    ),
    reason: Type.Optional(Type.String({ description: 'UpperCamel; empty when Running.' })),
    message: Type.Optional(Type.String({ description: 'Plain words a person can act on.' })),
    rolloutId: Type.Optional(
      Type.String({ description: 'The rollout record this status is about.' }),
    ),
    replicas: Type.Optional(Type.Integer({ format: 'int32', description: 'Existing instances.' })),
    updatedReplicas: Type.Optional(
      Type.Integer({ format: 'int32', description: 'Instances of the newest spec.' }),
    ),
    readyReplicas: Type.Optional(
      Type.Integer({ format: 'int32', description: 'Instances that serve.' }),
    ),
    selector: Type.Optional(
      Type.String({ description: 'Selects the pods, for the scale subresource.' }),
    ),
    urls: Type.Optional(Type.Array(Type.String(), { description: 'Where the app is reached.' })),
    rendererVersion: Type.Optional(
      Type.Integer({
        format: 'int32',
        description: 'Version of the renderer that made the pods; 0: the original operator.',
      }),
    ),
  },
  { description: 'What the operator found.' },
);
export const statusSchema = RolloutStatusSchema as unknown as SchemaNode;

export type RolloutStatus = Static<typeof RolloutStatusSchema>;
