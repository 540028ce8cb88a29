import type { Phase, RolloutObservation } from '@davit/domain';
import { LABELS } from '../labels.ts';
import { desiredReplicas } from '../render/deployment.ts';
import type { RolloutResource } from '../resource.ts';

/**
 * What a Rollout's status says, for whoever watches deployments. A status about an older generation says nothing about
 * the newest spec. Instances and drift are not part of the resource: the driver adds them.
 */
export function observationOf(resource: RolloutResource): RolloutObservation {
  const { metadata, status = {}, spec } = resource;
  return {
    projectId: metadata.namespace,
    deploymentId: metadata.name,
    rolloutId: metadata.labels?.[LABELS.rolloutId] ?? '',
    ...progressOf(resource),
    replicas: {
      desired: desiredReplicas(spec),
      updated: status.updatedReplicas ?? 0,
      ready: status.readyReplicas ?? 0,
    },
    instances: [],
    urls: status.urls ?? [],
    status: status,
  };
}

function progressOf({ metadata, status = {} }: RolloutResource): {
  phase: Phase;
  reason: string;
  message: string;
} {
  if (metadata.deletionTimestamp !== undefined) {
    return { phase: 'Progressing', reason: 'Removing', message: 'Being removed.' };
  }
  const { phase, reason = '', message = '', observedGeneration } = status;
  if (phase === undefined || observedGeneration === undefined) {
    const text = 'Waiting for the operator.';
    return { phase: 'Pending', reason: 'NotObserved', message: text };
  }
  if (observedGeneration < (metadata.generation ?? 0)) {
    const text = 'The newest spec is being applied.';
    return { phase: 'Progressing', reason: 'SpecChanged', message: text };
  }
  return { phase, reason, message };
}
