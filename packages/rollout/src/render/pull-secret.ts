import { cronPullSecretName, pullSecretName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutCronJob, RolloutImage } from '../schema/spec.ts';
import { base64 } from './base64.ts';
import { ownedMetadata } from './metadata.ts';

export interface PullCredentials {
  registry: string;
  username: string;
  password: string;
}

/** The value of `.dockerconfigjson`, not yet in base64. */
export function dockerConfig(...credentials: PullCredentials[]): string {
  const auths = credentials.map(({ registry, username, password }) => [
    registry,
    { username, password, auth: base64(`${username}:${password}`) },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths) as object });
}

/** The name pods pull their image with; undefined where the registry asks for nothing. */
export function pullSecretOf(resource: RolloutResource): string | undefined {
  const { image } = resource.spec;
  if ((image.pullSecretName ?? '') !== '') return image.pullSecretName;
  return credentialsOf(image) === undefined ? undefined : pullSecretName(resource.metadata.name);
}

/**
 * The Secrets that images are pulled with, where credentials are inline; one that is named exists already. An app and
 * a cron job of the same name share one.
 */
export function renderPullSecrets(resource: RolloutResource): Child[] {
  const { image, cronjobs = [] } = resource.spec;
  const bySecret = new Map<string, PullCredentials[]>();
  const add = (secret: string, from: RolloutImage | RolloutCronJob['image']): void => {
    const credentials = credentialsOf(from);
    if (credentials) bySecret.set(secret, [...(bySecret.get(secret) ?? []), credentials]);
  };
  if ((image.pullSecretName ?? '') === '') add(pullSecretName(resource.metadata.name), image);
  for (const cron of cronjobs) add(cronPullSecretName(cron.name), cron.image);
  return [...bySecret].map(([name, credentials]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownedMetadata(resource, name),
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(dockerConfig(...credentials)) },
  }));
}

export function credentialsOf(
  image: Pick<RolloutImage, 'registry' | 'username' | 'password'>,
): PullCredentials | undefined {
  const { registry, username = '', password = '' } = image;
  return username === '' || password === '' ? undefined : { registry, username, password };
}
