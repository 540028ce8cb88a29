import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '@davit/domain';
import type { DeploymentRef, RolloutIntent } from '@davit/domain';
import { base64, canonicalJson, dockerConfig, LABELS } from '@davit/rollout';
import { isAlreadyExists } from '../error.ts';
import type { KubeList, KubeObject } from '../kube-object.ts';
import { optional, ownershipOf, pathOf } from './context.ts';
import type { DriverContext } from './context.ts';

/** The values a rollout brings along. */
export type Values = Pick<RolloutIntent, 'secrets' | 'pull'>;

export interface SecretNames {
  secretsFrom?: string;
  pullSecretName?: string;
}

const derive = promisify<string, string, number, { N: number }, Buffer>(scrypt);

/**
 * What the Secrets of these values are called: equal values, equal name. The name can be read by more people than the
 * Secret, so it is made with a slow function: guessing a weak value from it has to cost something.
 */
export async function secretNames(
  ref: DeploymentRef,
  values: Values,
  context: DriverContext,
): Promise<SecretNames> {
  const salt = `${context.installationId}/${ref.projectId}/${ref.deploymentId}`;
  const hash = async (value: unknown): Promise<string> =>
    (await derive(canonicalJson(value), salt, 8, { N: 4096 })).toString('hex');
  const { secrets, pull } = values;
  const { deploymentId } = ref;
  return {
    ...(Object.keys(secrets).length > 0
      ? { secretsFrom: `${deploymentId}-${await hash(secrets)}` }
      : {}),
    ...(pull === undefined ? {} : { pullSecretName: `${deploymentId}-pull-${await hash(pull)}` }),
  };
}

/** Is it a name that `secretNames` gave? */
export function isSecretName(name: string | undefined, ref: DeploymentRef): boolean {
  const prefix = `${ref.deploymentId}-`;
  return (
    name?.startsWith(prefix) === true && /^(pull-)?[0-9a-f]{16}$/.test(name.slice(prefix.length))
  );
}

/** Writes the Secrets that are not there yet. They never change: other values have another name. */
export async function ensureSecrets(
  intent: RolloutIntent,
  context: DriverContext,
  signal: AbortSignal,
): Promise<SecretNames> {
  const names = await secretNames(intent, intent, context);
  const { secretsFrom, pullSecretName } = names;
  if (secretsFrom !== undefined) {
    const data = Object.entries(intent.secrets).map(([name, value]) => [name, base64(value)]);
    const secret = { type: 'Opaque', data: Object.fromEntries(data) as object };
    await create({ name: secretsFrom, ...secret }, { ref: intent, context, signal });
  }
  if (pullSecretName !== undefined && intent.pull !== undefined) {
    const data = { '.dockerconfigjson': base64(dockerConfig(intent.pull)) };
    const secret = { type: 'kubernetes.io/dockerconfigjson', data };
    await create({ name: pullSecretName, ...secret }, { ref: intent, context, signal });
  }
  return names;
}

interface Call {
  ref: DeploymentRef;
  context: DriverContext;
  signal: AbortSignal;
}

async function create(
  { name, ...content }: { name: string; type: string; data: object },
  { ref, context, signal }: Call,
): Promise<void> {
  const { projectId: namespace } = ref;
  const labels = {
    [LABELS.projectId]: ref.projectId,
    [LABELS.deploymentId]: ref.deploymentId,
    [LABELS.installation]: context.installationId,
  };
  const metadata = { name, namespace, labels };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, immutable: true, ...content };
  try {
    await context.kube.create(pathOf('Secret', namespace), secret, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const path = pathOf('Secret', namespace, name);
    const live = await optional(context.kube.get<KubeObject>(path, { signal }));
    if (live !== undefined && ownershipOf(live.metadata, context) === 'ours') return;
    throw new AppError('conflict', `The Secret ${name} belongs to somebody else.`, {
      reason: 'NameConflict',
    });
  }
}

/** Removes the Secrets of a deployment, but for the ones named. Only such that `ensureSecrets` wrote. */
export async function removeSecrets(
  { ref, context, signal }: Call,
  keep: ReadonlySet<string>,
): Promise<void> {
  const path = pathOf('Secret', ref.projectId);
  const labelSelector = `${LABELS.installation}=${context.installationId},${LABELS.deploymentId}=${ref.deploymentId}`;
  const { items = [] } = await context.kube.get<KubeList<KubeObject>>(path, {
    query: { labelSelector },
    signal,
  });
  for (const { metadata } of items) {
    if (keep.has(metadata.name) || !isSecretName(metadata.name, ref)) continue;
    const { uid = '' } = metadata;
    await optional(
      context.kube.delete(pathOf('Secret', ref.projectId, metadata.name), { uid, signal }),
    );
  }
}
