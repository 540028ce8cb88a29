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

const text = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ format: 'int32', description });
const time = (description: string) => Type.String({ format: 'date-time', description });

const amounts = (description: string) =>
  Type.Object({ cpu: text('Cores.'), memory: text('Bytes.') }, { description });

const ConditionSchema = Type.Object({
  type: Type.String({ maxLength: 316, description: `${CONDITION_TYPES.join(', ')}.` }),
  status: Type.Unsafe<'True' | 'False' | 'Unknown'>({
    type: 'string',
    enum: ['True', 'False', 'Unknown'],
    description: 'Whether it holds.',
  }),
  reason: Type.String({ minLength: 1, maxLength: 1024, description: 'Why, as one word.' }),
  message: Type.String({ maxLength: 32_768, description: 'Why, in plain words.' }),
  lastTransitionTime: time('When the status became another.'),
  observedGeneration: Type.Optional(
    Type.Integer({ format: 'int64', minimum: 0, description: 'The generation it is about.' }),
  ),
});
export type Condition = Static<typeof ConditionSchema>;

/** What the operator found. The first four keep the names and strings they always had. */
const RolloutStatusSchema = Type.Object(
  {
    deployment: Type.Optional(
      Type.Object(
        {
          replicas: count('Existing instances.'),
          podNames: Type.Array(Type.String(), { description: 'Pods of the app, by name.' }),
          resources: Type.Object(
            {
              requestSum: amounts('What its pods are guaranteed, together.'),
              limitSum: amounts('What its pods may use at most, together.'),
            },
            { description: 'What its pods ask for.' },
          ),
          status: text('OK, Pending or NotReady.'),
        },
        { description: 'The instances, in the words of One-Click.' },
      ),
    ),
    services: Type.Optional(
      Type.Array(
        Type.Object({
          name: text('Name of the Service.'),
          ports: Type.Array(Type.Integer({ format: 'int32' }), { description: 'Its ports.' }),
          status: text('OK.'),
        }),
        { description: 'One a port of the app.' },
      ),
    ),
    ingresses: Type.Optional(
      Type.Array(
        Type.Object({
          name: text('Name of the Ingress.'),
          hosts: Type.Array(Type.String(), { description: 'Its hosts.' }),
          status: text('Operational or Pending.'),
        }),
        { description: 'One an interface with rules.' },
      ),
    ),
    volumes: Type.Optional(
      Type.Array(
        Type.Object({
          name: text('Name of the claim.'),
          status: text('Bound, Pending, Lost or Unknown.'),
        }),
        { description: 'Claims of the app.' },
      ),
    ),
    cronjobs: Type.Optional(
      Type.Array(
        Type.Object({
          name: text('Name of the cron job.'),
          lastScheduleTime: Type.Optional(text('When a run was started last, by schedule.')),
          lastSuccessfulTime: Type.Optional(text('When a run ended well last.')),
          active: Type.Optional(count('Runs that go on right now.')),
          runAt: Type.Optional(text('The runAt that was carried out.')),
          running: Type.Optional(Type.Boolean({ description: 'Whether that run goes on.' })),
        }),
        { description: 'Cron jobs of the app, and those of before that were started by hand.' },
      ),
    ),
    job: Type.Optional(
      Type.Object(
        {
          name: text('Name of its Job.'),
          ok: Type.Boolean({ description: 'Whether it ended well.' }),
          message: text('Why it did not.'),
        },
        { description: 'How the job of this spec ended, in mode job: it is not run again.' },
      ),
    ),
    rollback: Type.Optional(
      Type.Object(
        {
          revision: text('Hash of the spec that failed.'),
          reason: text('Why it failed, as one word.'),
          message: text('Why it failed.'),
          time: time('When it was taken back.'),
        },
        { description: 'Set while the last spec that worked runs in place of the current one.' },
      ),
    ),
    conditions: Type.Optional(
      Type.Array(ConditionSchema, {
        description: 'As kstatus reads them.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
    ),
    observedGeneration: Type.Optional(
      Type.Integer({ format: 'int64', description: 'The generation this status is about.' }),
    ),
    phase: Type.Optional(
      Type.Unsafe<(typeof PHASES)[number]>({
        type: 'string',
        enum: [...PHASES],
        description: 'Where it stands, as one word.',
      }),
    ),
    reason: Type.Optional(text('UpperCamel; empty when Running.')),
    message: Type.Optional(text('Plain words a person can act on.')),
    rolloutId: Type.Optional(text('The rollout record this status is about.')),
    replicas: Type.Optional(count('Existing instances.')),
    updatedReplicas: Type.Optional(count('Instances of the newest spec.')),
    readyReplicas: Type.Optional(count('Instances that serve.')),
    selector: Type.Optional(text('Selects the pods, for the scale subresource.')),
    urls: Type.Optional(Type.Array(Type.String(), { description: 'Where the app is reached.' })),
    rendererVersion: Type.Optional(
      count('Version of the renderer that made the pods; 0: the original operator.'),
    ),
  },
  { description: 'What the operator found.' },
);
export const statusSchema = RolloutStatusSchema as unknown as SchemaNode;

export type RolloutStatus = Static<typeof RolloutStatusSchema>;
