import type { DeploymentRef } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { KubeList, KubeObject } from '../kube-object.ts';
import type { KnownKind } from '../resource-types.ts';
import { optional, ownershipOf, pathOf, rolloutPath } from './context.ts';
import type { DriverContext } from './context.ts';
import { removeSecrets } from './intent-secrets.ts';
import { namespacePath } from './namespace.ts';

export interface RemovalOptions {
  deleteData: boolean;
  signal: AbortSignal;
}

/** Removes our Rollout; its children go with it. What is not ours is left alone, as if it were not there. */
export async function removeRollout(
  ref: DeploymentRef,
  context: DriverContext,
  { deleteData, signal }: RemovalOptions,
): Promise<void> {
  const { kube } = context;
  const { projectId } = ref;
  if (!(await ownNamespace(projectId, context, signal))) return;
  const live = await optional(kube.get<KubeObject>(rolloutPath(ref), { signal }));
  if (live !== undefined) {
    if (ownershipOf(live.metadata, context) === 'foreign') return;
    const { uid = '' } = live.metadata;
    await optional(kube.delete(rolloutPath(ref), { uid, signal }));
  }
  await removeSecrets({ ref, context, signal }, new Set());
  if (!deleteData) return;
  const labelSelector = `${LABELS.deploymentId}=${ref.deploymentId},${LABELS.projectId}=${projectId}`;
  await removeAll('PersistentVolumeClaim', { projectId, labelSelector }, { context, signal });
}

/** Removes our Rollouts of a project, and its Namespace unless that would destroy volumes that shall be kept. */
export async function removeProjectOf(
  projectId: string,
  context: DriverContext,
  { deleteData, signal }: RemovalOptions,
): Promise<void> {
  const { kube, installationId } = context;
  const namespace = await ownNamespace(projectId, context, signal);
  if (namespace === undefined) return;
  const labelSelector = `${LABELS.installation}=${installationId}`;
  await removeAll('Rollout', { projectId, labelSelector }, { context, signal });
  await removeAll('Secret', { projectId, labelSelector }, { context, signal });
  if (!deleteData && (await hasData(projectId, context, signal))) return;
  const { uid = '' } = namespace.metadata;
  await optional(kube.delete(namespacePath(projectId), { uid, signal }));
}

/** Also claims nobody labelled: whoever made them wants to keep what is in them. */
async function hasData(
  projectId: string,
  { kube }: DriverContext,
  signal: AbortSignal,
): Promise<boolean> {
  const path = pathOf('PersistentVolumeClaim', projectId);
  const { items = [] } = await kube.get<KubeList<KubeObject>>(path, {
    query: { limit: 1 },
    signal,
  });
  return items.length > 0;
}

async function ownNamespace(
  projectId: string,
  context: DriverContext,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const live = await optional(context.kube.get<KubeObject>(namespacePath(projectId), { signal }));
  if (live === undefined || ownershipOf(live.metadata, context) === 'foreign') return undefined;
  return live;
}

async function removeAll(
  kind: KnownKind,
  { projectId, labelSelector }: { projectId: string; labelSelector: string },
  { context, signal }: { context: DriverContext; signal: AbortSignal },
): Promise<void> {
  const { kube } = context;
  const path = pathOf(kind, projectId);
  const query = { labelSelector };
  const { items = [] } = await kube.get<KubeList<KubeObject>>(path, { query, signal });
  for (const { metadata } of items) {
    const { name, uid = '' } = metadata;
    await optional(kube.delete(pathOf(kind, projectId, name), { uid, signal }));
  }
}
