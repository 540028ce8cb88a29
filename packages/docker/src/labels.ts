import { ANNOTATIONS, LABELS } from '@davit/rollout';
import type { DeploymentRef } from '@davit/domain';

/** Labels on containers, networks and volumes: enough to adopt them after a restart. */
export const DOCKER_LABELS: typeof LABELS & Record<'specHash' | 'address', string> = {
  ...LABELS,
  /** on containers: what they were made from */
  specHash: ANNOTATIONS.specHash,
  /** on containers: the address they keep */
  address: 'davit.dev/address',
};

export const keyOf = ({ projectId, deploymentId }: DeploymentRef): string =>
  `${projectId}/${deploymentId}`;

export function refOf(key: string): DeploymentRef {
  const [projectId = '', deploymentId = ''] = key.split('/');
  return { projectId, deploymentId };
}

/** On everything that belongs to a deployment. */
export function ownerLabels(installation: string, ref: DeploymentRef): Record<string, string> {
  return {
    [DOCKER_LABELS.installation]: installation,
    [DOCKER_LABELS.projectId]: ref.projectId,
    [DOCKER_LABELS.deploymentId]: ref.deploymentId,
  };
}
