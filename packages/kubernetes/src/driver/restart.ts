import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import { ANNOTATIONS, LABELS } from '@davit/rollout';
import type { KubeObject } from '../kube-object.ts';
import { optional, ownRollout, pathOf, rolloutPath, whileConflicting } from './context.ts';
import type { DriverContext } from './context.ts';

/** Marks the CR; the operator brings the mark to the pods, so that this needs no rights on Deployments. */
export async function restartRollout(
  ref: DeploymentRef,
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  await whileConflicting(async () => {
    const { resourceVersion } = (await ownRollout(ref, context, signal)).metadata;
    const time = new Date(context.clock.now()).toISOString();
    const annotations = { [ANNOTATIONS.restartedAt]: time };
    const patch = { metadata: { resourceVersion, annotations } };
    await context.kube.patch(rolloutPath(ref), patch, { type: 'merge', signal });
  });
}

/** Deletes one pod of the deployment. Throws `not_found` for any other. */
export async function removePod(
  ref: DeploymentRef,
  context: DriverContext,
  { instance, signal }: { instance: string; signal: AbortSignal },
): Promise<void> {
  await ownRollout(ref, context, signal);
  const path = pathOf('Pod', ref.projectId, instance);
  const { metadata } = await context.kube.get<KubeObject>(path, { signal });
  if (metadata.labels?.[LABELS.deploymentId] !== ref.deploymentId) {
    throw new AppError('not_found', 'The deployment has no such instance.');
  }
  const { uid = '' } = metadata;
  await optional(context.kube.delete(path, { uid, signal }));
}
