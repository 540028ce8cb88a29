import { AppError } from '@davit/domain';
import type { VolumeInspectInfo } from 'dockerode';
import { claimName } from '@davit/rollout';
import { DOCKER_LABELS, ownerLabels } from '../labels.ts';
import { labelFilters } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { DeploymentState } from './driver-state.ts';

/** Makes the volumes that are missing. Throws `forbidden` (VolumeTaken) where the name is somebody else's. */
export async function ensureVolumes(
  { docker, installationId }: DriverContext,
  state: DeploymentState,
  signal: AbortSignal,
): Promise<void> {
  const labels = ownerLabels(installationId, state);
  for (const { name } of state.spec.volumes ?? []) {
    const volume = claimName(state.deploymentId, name);
    // creating one that exists answers with the one that exists, whoever has it
    await docker.createVolume({ Name: volume, Labels: labels }, { signal });
    const found = (await docker.inspectVolume(volume, { signal })).Labels ?? {};
    if (Object.entries(labels).every(([label, value]) => found[label] === value)) continue;
    throw new AppError('forbidden', `The volume ${volume} belongs to somebody else.`, {
      reason: 'VolumeTaken',
    });
  }
}

export async function removeVolumes(
  { docker, installationId }: DriverContext,
  of: { projectId: string; deploymentId?: string },
  signal: AbortSignal,
): Promise<void> {
  for (const { Name } of await ownVolumes({ docker, installationId }, of, signal)) {
    await docker.removeVolume(Name, { signal });
  }
}

/** Of a deployment, or of a whole project. */
export function ownVolumes(
  { docker, installationId }: Pick<DriverContext, 'docker' | 'installationId'>,
  { projectId, deploymentId }: { projectId: string; deploymentId?: string },
  signal: AbortSignal,
): Promise<VolumeInspectInfo[]> {
  const labels = labelFilters({
    [DOCKER_LABELS.installation]: installationId,
    [DOCKER_LABELS.projectId]: projectId,
    ...(deploymentId === undefined ? {} : { [DOCKER_LABELS.deploymentId]: deploymentId }),
  });
  return docker.listVolumes(labels, { signal });
}
