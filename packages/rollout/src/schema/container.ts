import { Type } from 'typebox';
import { commandFields } from './command.ts';
import { ContainerEnvSchema } from './env.ts';
import { ContainerImageSchema, PullPolicySchema } from './image.ts';
import { SecurityContextSchema } from './pod.ts';
import { ResourcesSchema } from './resources.ts';
import { uniqueBy } from './rule.ts';
import { absolutePath, dnsLabel } from './scalar.ts';

const MountSchema = Type.Object(
  {
    volume: dnsLabel({ title: 'Volume', description: 'Name of one of the volumes.' }),
    mountPath: absolutePath({
      title: 'Path',
      description: 'Where the container finds it.',
      maxLength: 512,
    }),
  },
  { additionalProperties: false },
);

const ContainerSchema = Type.Object(
  {
    name: dnsLabel({ title: 'Name', description: 'Name of the container.' }),
    image: ContainerImageSchema,
    imagePullPolicy: Type.Optional(PullPolicySchema),
    ...commandFields(),
    env: Type.Optional(ContainerEnvSchema),
    resources: Type.Optional(ResourcesSchema),
    securityContext: Type.Optional(SecurityContextSchema),
    mounts: Type.Optional(
      Type.Array(MountSchema, {
        title: 'Mounts',
        description: 'Volumes of the Rollout this container uses.',
        maxItems: 20,
        rules: [uniqueBy('mountPath', 'mount paths must be unique')],
      }),
    ),
    secrets: Type.Optional(
      Type.Boolean({ title: 'Secrets', description: 'Gets the secret variables, too.' }),
    ),
  },
  { additionalProperties: false },
);

const containers = (title: string, description: string) =>
  Type.Array(ContainerSchema, {
    title,
    description,
    maxItems: 8,
    rules: [uniqueBy('name', 'names of containers must be unique')],
  });

export const InitContainersSchema = containers(
  'Init containers',
  'Run to their end, one after another, before the app starts: migrations, for instance.',
);

export const SidecarsSchema = containers(
  'Sidecars',
  'Run beside the app: they start before it and end after it.',
);
