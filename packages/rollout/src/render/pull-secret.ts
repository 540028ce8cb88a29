import { pullSecretName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutImage } from '../schema/spec.ts';
import { base64 } from './base64.ts';
import { ownedMetadata } from './metadata.ts';

export interface PullCredentials {
  registry: string;
  username: string;
  password: string;
}

/** The value of `.dockerconfigjson`, not yet in base64. */
export function dockerConfig({ registry, username, password }: PullCredentials): string {
  const auth = base64(`${username}:${password}`);
  return JSON.stringify({ auths: { [registry]: { username, password, auth } } });
}

/** The name pods pull their image with; undefined where the registry asks for nothing. */
export function pullSecretOf(resource: RolloutResource): string | undefined {
  const { image } = resource.spec;
  if ((image.pullSecretName ?? '') !== '') return image.pullSecretName;
  return credentialsOf(image) === undefined ? undefined : pullSecretName(resource.metadata.name);
}

/** Only where credentials are inline; a Secret that is named exists already. */
export function renderPullSecret(resource: RolloutResource): Child | undefined {
  const { image } = resource.spec;
  const credentials = credentialsOf(image);
  if (credentials === undefined || (image.pullSecretName ?? '') !== '') return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownedMetadata(resource, pullSecretName(resource.metadata.name)),
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(dockerConfig(credentials)) },
  };
}

function credentialsOf(image: RolloutImage): PullCredentials | undefined {
  const { registry, username = '', password = '' } = image;
  return username === '' || password === '' ? undefined : { registry, username, password };
}
