import { Type } from 'typebox';
import type { Static } from 'typebox';
import {
  DisruptionBudgetSchema,
  RollingUpdateSchema,
  TopologySpreadSchema,
} from './availability.ts';
import { commandFields } from './command.ts';
import { InitContainersSchema, SidecarsSchema } from './container.ts';
import { CronJobsSchema } from './cronjob.ts';
import { EnvSchema, SecretsSchema } from './env.ts';
import { EnvFromSchema, FilesSchema, MountsSchema } from './file.ts';
import { ImageSchema, PullPolicySchema } from './image.ts';
import { InterfacesSchema } from './interface.ts';
import type { SchemaNode } from './node.ts';
import {
  HostAliasesSchema,
  NodeSelectorSchema,
  SecurityContextSchema,
  TolerationsSchema,
} from './pod.ts';
import { ProbesSchema } from './probe.ts';
import { ResourcesSchema } from './resources.ts';
import { rule } from './rule.ts';
import { integer, moment, objectName, oneOf, seconds, text } from './scalar.ts';
import { HorizontalScaleSchema, MAX_REPLICAS } from './scale.ts';
import { VolumesSchema } from './volume.ts';

/**
 * The one definition of a Rollout's spec: the TypeScript type, the CRD, validation and form hints all come from here.
 * Defaults are the renderer's business; a default in the CRD would change running pods when the CRD is upgraded.
 */
const RolloutSpecSchema = Type.Object(
  {
    image: ImageSchema,
    imagePullPolicy: Type.Optional(PullPolicySchema),
    ...commandFields(),
    mode: Type.Optional(
      oneOf(['service', 'job'], {
        title: 'Mode',
        description:
          'service (also where absent) runs until it is stopped; job runs once to its end for each spec.',
      }),
    ),
    horizontalScale: Type.Optional(HorizontalScaleSchema),
    replicas: Type.Optional(
      integer({
        title: 'Instances',
        description:
          'Instances that run, set by kubectl scale; absent: horizontalScale.minReplicas.',
        minimum: 0,
        maximum: MAX_REPLICAS,
      }),
    ),
    suspend: Type.Optional(
      Type.Boolean({ title: 'Stopped', description: 'Runs nothing and keeps everything.' }),
    ),
    rolloutStrategy: Type.Optional(
      text({
        title: 'Strategy',
        description:
          'rollingUpdate: new instances beside the old ones; recreate: after them. Absent or anything else: recreate with a volume that is not ReadWriteMany, else rollingUpdate.',
        maxLength: 63,
        examples: ['rollingUpdate', 'recreate'],
      }),
    ),
    rollingUpdate: Type.Optional(RollingUpdateSchema),
    progressDeadlineSeconds: Type.Optional(
      seconds({
        title: 'Deadline',
        description: 'A change that takes longer has failed; 600 where absent.',
        minimum: 1,
      }),
    ),
    rollback: Type.Optional(
      oneOf(['manual', 'auto'], {
        title: 'Roll back',
        description:
          'auto: a change that fails goes back to the last spec that worked, by itself. manual where absent.',
      }),
    ),
    restartedAt: Type.Optional(
      moment({ title: 'Restarted', description: 'Another time than before starts new instances.' }),
    ),
    readiness: Type.Optional(
      oneOf(['tcp', 'none'], {
        title: 'Readiness',
        description:
          'tcp (also where absent): an instance is ready when the port of the first interface accepts connections.',
      }),
    ),
    probes: Type.Optional(ProbesSchema),
    drainSeconds: Type.Optional(
      seconds({
        title: 'Drain',
        description:
          'Between leaving the Services and being told to stop; 5 where absent and interfaces exist.',
        maximum: 3600,
      }),
    ),
    terminationGracePeriodSeconds: Type.Optional(
      seconds({
        title: 'Grace',
        description: 'Time to end, draining included; 30 and the drain where absent.',
      }),
    ),
    resources: Type.Optional(ResourcesSchema),
    env: Type.Optional(EnvSchema),
    secrets: Type.Optional(SecretsSchema),
    secretsFrom: Type.Optional(
      objectName({
        title: 'Secrets from',
        description: 'Name of an existing Secret whose entries become environment variables.',
      }),
    ),
    envFrom: Type.Optional(EnvFromSchema),
    files: Type.Optional(FilesSchema),
    mounts: Type.Optional(MountsSchema),
    volumes: Type.Optional(VolumesSchema),
    initContainers: Type.Optional(InitContainersSchema),
    sidecars: Type.Optional(SidecarsSchema),
    interfaces: Type.Optional(InterfacesSchema),
    cronjobs: Type.Optional(CronJobsSchema),
    serviceAccountName: Type.Optional(
      objectName({
        title: 'Service account',
        description: 'Made where it does not exist; may be shared by several Rollouts.',
      }),
    ),
    securityContext: Type.Optional(SecurityContextSchema),
    nodeSelector: Type.Optional(NodeSelectorSchema),
    tolerations: Type.Optional(TolerationsSchema),
    hostAliases: Type.Optional(HostAliasesSchema),
    topologySpread: Type.Optional(TopologySpreadSchema),
    disruptionBudget: Type.Optional(DisruptionBudgetSchema),
    networkPolicy: Type.Optional(
      oneOf(['open', 'project'], {
        title: 'Network policy',
        description:
          'open: reached by everybody. project: by its own namespace, and from outside where an interface has an ingress or a route. Where absent, what the label davit.dev/network-policy of the namespace says, else open.',
      }),
    ),
  },
  {
    title: 'Rollout',
    description: 'What should run.',
    additionalProperties: false,
    rules: [
      rule<{ drainSeconds?: number; terminationGracePeriodSeconds?: number }>({
        rule: '!has(self.drainSeconds) || !has(self.terminationGracePeriodSeconds) || self.drainSeconds <= self.terminationGracePeriodSeconds',
        message: 'drainSeconds must not exceed terminationGracePeriodSeconds',
        code: 'validation_drain_exceeds_grace',
        field: 'drainSeconds',
        holds: ({ drainSeconds = 0, terminationGracePeriodSeconds = Infinity }) =>
          drainSeconds <= terminationGracePeriodSeconds,
      }),
    ],
  },
);

/** The schema as data: titles and descriptions for forms, and all bounds. */
export const specSchema = RolloutSpecSchema as unknown as SchemaNode;

export type RolloutSpec = Static<typeof RolloutSpecSchema>;
export type RolloutImage = RolloutSpec['image'];
export type RolloutInterface = NonNullable<RolloutSpec['interfaces']>[number];
export type RolloutVolume = NonNullable<RolloutSpec['volumes']>[number];
export type RolloutCronJob = NonNullable<RolloutSpec['cronjobs']>[number];
export type RolloutContainer = NonNullable<RolloutSpec['initContainers']>[number];
