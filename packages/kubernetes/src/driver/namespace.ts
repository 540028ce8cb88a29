import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@davit/domain';
import type { RolloutIntent } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { KubeObject } from '../kube-object.ts';
import { resourcePath } from '../resource-path.ts';
import { RESOURCES } from '../resource-types.ts';
import { optional, ownershipOf, whileConflicting } from './context.ts';
import type { DriverContext } from './context.ts';

export function namespacePath(projectId?: string): string {
  return resourcePath(RESOURCES.Namespace, { name: projectId });
}

/**
 * The project's Namespace, with our labels beside those of others. Throws `conflict` when it exists and is not ours,
 * `unavailable` while an old one of this name is being deleted.
 */
export async function ensureNamespace(
  intent: RolloutIntent,
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  await whileConflicting(() => ensureOnce(intent, context, signal));
}

async function ensureOnce(
  intent: RolloutIntent,
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  const { kube } = context;
  const { projectId } = intent;
  const labels = labelsOf(intent, context.installationId);
  const live = await optional(kube.get<KubeObject>(namespacePath(projectId), { signal }));
  if (live === undefined) {
    const metadata = { name: projectId, labels };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata };
    return void (await kube.create(namespacePath(), namespace, { signal }));
  }
  if (ownershipOf(live.metadata, context) === 'foreign') {
    throw new AppError('conflict', `The namespace ${projectId} belongs to somebody else.`, {
      reason: 'NamespaceTaken',
    });
  }
  if (live.metadata.deletionTimestamp !== undefined) {
    throw new AppError('unavailable', `The namespace ${projectId} is being deleted.`, {
      reason: 'NamespaceTerminating',
    });
  }
  const merged = { ...live.metadata.labels, ...labels };
  if (isDeepStrictEqual(merged, live.metadata.labels)) return;
  const { resourceVersion } = live.metadata;
  const patch = { metadata: { resourceVersion, labels } };
  await kube.patch(namespacePath(projectId), patch, { type: 'merge', signal });
}

function labelsOf(intent: RolloutIntent, installationId: string): Record<string, string> {
  const { name, userId, username } = intent.project;
  return {
    [LABELS.projectId]: intent.projectId,
    [LABELS.userId]: labelValue(userId),
    [LABELS.username]: labelValue(username),
    [LABELS.displayName]: labelValue(name.toLowerCase().replaceAll(' ', '-')),
    [LABELS.installation]: installationId,
  };
}

/** What a label may say of a text: letters, digits, `-_.` inside, 63 characters. */
export function labelValue(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
    .replace(/[^A-Za-z0-9]+$/, '');
}
