import { Type } from 'typebox';
import { objectName, oneOf, text } from './scalar.ts';

const credential = (title: string, description: string) =>
  Type.Optional(text({ title, description, maxLength: 8192 }));

const reference = () => ({
  registry: text({
    title: 'Registry',
    description: 'Host of the registry, for instance docker.io.',
    minLength: 1,
    maxLength: 255,
    pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9._-]+)*$',
    hint: 'Must be the host of a registry, for instance docker.io or localhost:5000.',
  }),
  repository: text({
    title: 'Repository',
    description: 'Repository in the registry, for instance library/nginx.',
    minLength: 1,
    maxLength: 255,
    pattern: '^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$',
    hint: 'Must be a repository in lower case, for instance library/nginx.',
  }),
  tag: text({
    title: 'Tag',
    description: 'Tag of the image; a digest may follow it (1.2.3@sha256:…).',
    minLength: 1,
    maxLength: 200,
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[a-f0-9]{64})?$',
    hint: 'Must be a tag such as latest or 1.2.3.',
  }),
});

const properties = () => ({
  ...reference(),
  username: credential('User name', 'User name at the registry.'),
  password: credential('Password', 'Password or token for the registry.'),
});

export const ImageSchema = Type.Object(
  {
    ...properties(),
    pullSecretName: Type.Optional(
      objectName({
        title: 'Pull secret',
        description:
          'Name of an existing Secret of type kubernetes.io/dockerconfigjson, in place of user name and password.',
      }),
    ),
  },
  { title: 'Image', description: 'The container image.', additionalProperties: false },
);

export const CronJobImageSchema = Type.Object(properties(), {
  title: 'Image',
  description: 'The container image of the job.',
  additionalProperties: false,
});

/** Without credentials of its own: it is pulled with those of the app. */
export const ContainerImageSchema = Type.Object(reference(), {
  title: 'Image',
  description: 'The image of the container, pulled with the credentials of the app.',
  additionalProperties: false,
});

export const PullPolicySchema = oneOf(['Always', 'IfNotPresent', 'Never'], {
  title: 'Pull policy',
  description: 'When the image is pulled. Absent: Always for the tag latest, else IfNotPresent.',
});
