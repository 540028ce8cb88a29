import { Type } from 'typebox';
import { rule } from './rule.ts';
import { hostName, integer, oneOf, text } from './scalar.ts';

const id = (title: string, description: string) =>
  Type.Optional(integer({ title, description, minimum: 0, maximum: 2_147_483_647 }));
const flag = (title: string, description: string) =>
  Type.Optional(Type.Boolean({ title, description }));
const capabilities = (title: string) =>
  Type.Optional(
    Type.Array(text({ title: '', description: '', minLength: 1, maxLength: 64 }), {
      title,
      description: 'Linux capabilities, for instance NET_BIND_SERVICE or ALL.',
      maxItems: 64,
    }),
  );

const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]*';

const SeccompProfileSchema = Type.Object(
  {
    type: oneOf(['RuntimeDefault', 'Localhost', 'Unconfined'], {
      title: 'Type',
      description: 'RuntimeDefault is what the restricted standard asks for.',
    }),
    localhostProfile: Type.Optional(
      text({
        title: 'Profile',
        description: 'A file of the node, below the folder of its seccomp profiles.',
        maxLength: 255,
        pattern: `^${SEGMENT}(/${SEGMENT})*$`,
        hint: 'Must be a relative path such as profiles/app.json.',
      }),
    ),
  },
  {
    title: 'Seccomp',
    description: 'System calls the process may make.',
    additionalProperties: false,
    rules: [
      rule<{ type: string; localhostProfile?: string }>({
        rule: "has(self.localhostProfile) == (self.type == 'Localhost')",
        message: 'localhostProfile must be set with the type Localhost, and with no other',
        code: 'validation_one_of',
        field: 'localhostProfile',
        holds: ({ type, localhostProfile }) =>
          (localhostProfile !== undefined) === (type === 'Localhost'),
      }),
    ],
  },
);

export const SecurityContextSchema = Type.Object(
  {
    runAsUser: id('User', 'User id of the process.'),
    runAsGroup: id('Group', 'Group id of the process.'),
    fsGroup: id('Volume group', 'Group that owns the volumes.'),
    allowPrivilegeEscalation: flag('Privilege escalation', 'May gain more privileges.'),
    runAsNonRoot: flag('Not root', 'Refuse to start as root.'),
    readOnlyRootFilesystem: flag('Read-only', 'The root file system cannot be written.'),
    privileged: flag('Privileged', 'Runs with the rights of the host.'),
    seccompProfile: Type.Optional(SeccompProfileSchema),
    capabilities: Type.Optional(
      Type.Object(
        { add: capabilities('Add'), drop: capabilities('Drop') },
        {
          title: 'Capabilities',
          description: 'Linux capabilities.',
          additionalProperties: false,
        },
      ),
    ),
  },
  {
    title: 'Security',
    description: 'Rights of the process. Only what is set here is set on the pods.',
    additionalProperties: false,
  },
);

export const NodeSelectorSchema = Type.Record(
  Type.String(),
  text({ title: '', description: '', maxLength: 63 }),
  { title: 'Node selector', description: 'Labels a node must have.', maxProperties: 64 },
);

const TolerationSchema = Type.Object(
  {
    key: Type.Optional(text({ title: 'Key', description: 'Key of the taint.', maxLength: 316 })),
    operator: Type.Optional(
      oneOf(['Equal', 'Exists', ''], {
        title: 'Operator',
        description: 'Equal where absent or empty.',
      }),
    ),
    value: Type.Optional(
      text({ title: 'Value', description: 'Value of the taint.', maxLength: 63 }),
    ),
    effect: Type.Optional(
      oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute', ''], {
        title: 'Effect',
        description: 'Every effect where absent or empty.',
      }),
    ),
    tolerationSeconds: Type.Optional(
      integer({
        title: 'Seconds',
        description: 'How long a NoExecute taint is tolerated.',
        minimum: -9_007_199_254_740_991,
        maximum: 9_007_199_254_740_991,
      }),
    ),
  },
  { additionalProperties: false },
);

export const TolerationsSchema = Type.Array(TolerationSchema, {
  title: 'Tolerations',
  description: 'Taints of nodes the pods accept.',
  maxItems: 64,
});

export const HostAliasesSchema = Type.Array(
  Type.Object(
    {
      ip: text({ title: 'Address', description: 'IP address.', minLength: 2, maxLength: 45 }),
      hostnames: Type.Optional(
        Type.Array(hostName({ title: '', description: '' }), {
          title: 'Hosts',
          description: 'Host names of this address.',
          maxItems: 64,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  { title: 'Host aliases', description: 'Additional lines of /etc/hosts.', maxItems: 64 },
);
