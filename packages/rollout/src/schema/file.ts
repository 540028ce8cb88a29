import { Type } from 'typebox';
import { rule, uniqueBy } from './rule.ts';
import { absolutePath, objectName, text } from './scalar.ts';

const path = (description: string) => absolutePath({ title: 'Path', description, maxLength: 512 });

export const FilesSchema = Type.Array(
  Type.Object(
    {
      path: path('Where the container finds the file.'),
      content: text({
        title: 'Content',
        description: 'Text of the file; at most 1 MB together with the others.',
        maxLength: 262_144,
      }),
    },
    { additionalProperties: false },
  ),
  {
    title: 'Files',
    description:
      'Configuration files, kept in the ConfigMap <name>-files. A change starts new instances.',
    maxItems: 32,
    rules: [uniqueBy('path', 'paths of files must be unique')],
  },
);

const source = () => ({
  secretName: Type.Optional(
    objectName({ title: 'Secret', description: 'Name of an existing Secret.' }),
  ),
  configMapName: Type.Optional(
    objectName({ title: 'ConfigMap', description: 'Name of an existing ConfigMap.' }),
  ),
});

/** The API server takes the empty string for a name, too; it means none. */
const ONE = rule<{ secretName?: string; configMapName?: string }>({
  rule: "(has(self.secretName) && self.secretName != '') != (has(self.configMapName) && self.configMapName != '')",
  message: 'exactly one of secretName and configMapName must be set',
  code: 'validation_one_of',
  holds: ({ secretName = '', configMapName = '' }) =>
    (secretName !== '') !== (configMapName !== ''),
});

export const EnvFromSchema = Type.Array(
  Type.Object(
    {
      ...source(),
      prefix: Type.Optional(
        text({
          title: 'Prefix',
          description: 'In front of every name.',
          maxLength: 128,
          pattern: '^([-._a-zA-Z][-._a-zA-Z0-9]*)?$',
          hint: 'Must consist of letters, digits, "_", "-" and ".", and not start with a digit.',
        }),
      ),
    },
    { additionalProperties: false, rules: [ONE] },
  ),
  {
    title: 'Variables from',
    description: 'Existing Secrets and ConfigMaps whose entries become environment variables.',
    maxItems: 32,
  },
);

export const MountsSchema = Type.Array(
  Type.Object(
    { ...source(), mountPath: path('Folder in which every entry is a file.') },
    { additionalProperties: false, rules: [ONE] },
  ),
  {
    title: 'Mounts',
    description: 'Existing Secrets and ConfigMaps whose entries become files.',
    maxItems: 32,
    rules: [uniqueBy('mountPath', 'mount paths must be unique')],
  },
);
