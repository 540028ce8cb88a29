import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CronJobsSchema } from './cronjob.ts';
import { EnvSchema, SecretsSchema } from './env.ts';
import { ImageSchema } from './image.ts';
import { InterfacesSchema } from './interface.ts';
import type { SchemaNode } from './node.ts';
import {
  HostAliasesSchema,
  NodeSelectorSchema,
  SecurityContextSchema,
  TolerationsSchema,
  words,
} from './pod.ts';
import { ResourcesSchema } from './resources.ts';
import { integer, objectName, oneOf } from './scalar.ts';
import { HorizontalScaleSchema, MAX_REPLICAS } from './scale.ts';
import { VolumesSchema } from './volume.ts';

/**
 * The one definition of a Rollout's spec: the TypeScript type, the CRD, validation and form hints all come from here.
 * Defaults are the renderer's business; a default in the CRD would change running pods when the CRD is upgraded.
 */
const RolloutSpecSchema = Type.Object(
  {
    image: ImageSchema,
    command: words('Command', 'Entry point in place of the one of the image.'),
    args: words('Arguments', 'Arguments of the entry point.'),
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
      oneOf(['rollingUpdate', 'recreate'], {
        title: 'Strategy',
        description:
          'New instances beside the old ones, or after them. Absent: recreate with volumes, rollingUpdate without.',
      }),
    ),
    readiness: Type.Optional(
      oneOf(['tcp', 'none'], {
        title: 'Readiness',
        description:
          'tcp (also where absent): an instance is ready when the port of the first interface accepts connections.',
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
    volumes: Type.Optional(VolumesSchema),
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
  },
  { title: 'Rollout', description: 'What should run.', additionalProperties: false },
);

/** The schema as data: titles and descriptions for forms, and all bounds. */
export const specSchema = RolloutSpecSchema as unknown as SchemaNode;

export type RolloutSpec = Static<typeof RolloutSpecSchema>;
export type RolloutImage = RolloutSpec['image'];
export type RolloutInterface = NonNullable<RolloutSpec['interfaces']>[number];
export type RolloutVolume = NonNullable<RolloutSpec['volumes']>[number];
