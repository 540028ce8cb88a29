import { LABELS } from '../labels.ts';
import type { Observed, ObservedPod } from '../observed.ts';
import { rendererVersionOf } from '../render/deployment.ts';
import type { RolloutResource } from '../resource.ts';
import type { ConditionType, RolloutStatus } from '../schema/status.ts';
import { unrenderedFields } from '../unrendered.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assess.ts';
import { classicStatus } from './classic.ts';
import { mergeConditions } from './conditions.ts';
import type { ConditionState } from './conditions.ts';

/**
 * The status of a Rollout, from what the cluster holds at `now` (milliseconds). The same input gives the same status,
 * so that a status is only written when something changed.
 */
export function statusOf(
  resource: RolloutResource,
  observed: Observed,
  now: number,
): RolloutStatus {
  const pods = podsOf(observed);
  const assessment = assess(resource, observed, pods);
  const { metadata } = resource;
  const generation = metadata.generation ?? 0;
  const { deployment } = observed;
  return {
    ...classicStatus(observed, pods),
    conditions: mergeConditions(
      resource.status?.conditions ?? [],
      conditionStates(resource, assessment),
      { now, generation },
    ),
    observedGeneration: generation,
    phase: assessment.phase,
    reason: assessment.reason,
    message: assessment.message,
    rolloutId: metadata.labels?.[LABELS.rolloutId] ?? '',
    replicas: assessment.replicas.existing,
    updatedReplicas: assessment.replicas.updated,
    readyReplicas: assessment.replicas.ready,
    selector: `${LABELS.projectId}=${metadata.namespace},${LABELS.deploymentId}=${metadata.name}`,
    urls: [],
    ...(deployment === undefined ? {} : { rendererVersion: rendererVersionOf(deployment) }),
  };
}

/** Pods of the Deployment, by name; not those of jobs, nor those on their way out. */
function podsOf({ pods }: Observed): ObservedPod[] {
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ kind }) => kind === 'Job'))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function conditionStates(
  { spec }: RolloutResource,
  { phase, reason, message, replicas }: Assessment,
): Record<ConditionType, ConditionState> {
  const why = { reason: reason === '' ? phase : reason, message };
  const { available, desired } = replicas;
  const fields = unrenderedFields(spec);
  const onItsWay = phase === 'Pending' || phase === 'Progressing';
  return {
    Ready: { status: phase === 'Running', ...why },
    Available:
      available > 0
        ? {
            status: true,
            reason: 'Available',
            message: `${available} of ${desired} instances serve.`,
          }
        : { status: false, reason: 'Unavailable', message: 'No instance serves.' },
    Reconciling: { status: onItsWay, ...why },
    Stalled: { status: phase === 'Failed' || phase === 'Degraded', ...why },
    SpecRendered:
      fields.length === 0
        ? { status: true, reason: 'Complete', message: '' }
        : {
            status: false,
            reason: 'FieldsNotRendered',
            message: `Accepted, but without effect in this version: ${fields.join(', ')}.`,
          },
  };
}
