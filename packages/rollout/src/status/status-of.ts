import { LABELS } from '../labels.ts';
import type { Observed, ObservedPod } from '../observed.ts';
import { rendererVersionOf } from '../render/deployment.ts';
import type { RolloutResource } from '../resource.ts';
import { specInUse } from '../revision.ts';
import type { ConditionType, RolloutStatus } from '../schema/status.ts';
import { assess } from './assess.ts';
import { jobStatus } from './assess-job.ts';
import type { Assessment } from './assessment.ts';
import { idleAutoscaler } from './autoscaler.ts';
import { classicStatus } from './classic.ts';
import { cronJobsStatus } from './cron-jobs.ts';
import { mergeConditions } from './conditions.ts';
import type { ConditionState } from './conditions.ts';
import { rollbackOf, withRollback } from './rollback.ts';
import { urlsOf } from './urls.ts';

/**
 * The status of a Rollout, from what the cluster holds at `now` (milliseconds). The same input gives the same status,
 * so that a status is only written when something changed.
 */
export function statusOf(
  resource: RolloutResource,
  observed: Observed,
  now: number,
): RolloutStatus {
  const revision = observed.rolledBack === true ? observed.revision : undefined;
  const inUse = { ...resource, spec: specInUse(resource.spec, revision) };
  const pods = podsOf(inUse, observed);
  const cronjobs = cronJobsStatus(inUse, observed);
  const job = jobStatus(inUse, observed, pods);
  const found = assess(inUse, observed, pods);
  const assessment = withRollback(found, resource, observed);
  const rollback = rollbackOf(resource, observed, { ...found, now });
  const { metadata } = resource;
  const generation = metadata.generation ?? 0;
  const { deployment } = observed;
  return {
    ...classicStatus(observed, pods),
    conditions: mergeConditions(
      resource.status?.conditions ?? [],
      conditionStates(assessment, observed, now),
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
    urls: urlsOf(inUse.spec, observed.unrendered),
    ...(cronjobs === undefined ? {} : { cronjobs }),
    ...(job === undefined ? {} : { job }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(deployment === undefined ? {} : { rendererVersion: rendererVersionOf(deployment) }),
  };
}

/** Pods of the app, by name; not those of cron jobs, nor those on their way out. */
function podsOf({ spec, metadata }: RolloutResource, { pods }: Observed): ObservedPod[] {
  const isJobs = ({ ownerReferences = [] }: ObservedPod['metadata']): boolean =>
    ownerReferences.some(({ kind }) => kind === 'Job');
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => isJobs(pod.metadata) === (spec.mode === 'job'))
    .filter((pod) => pod.metadata.labels?.[LABELS.cronJobOf] !== metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function conditionStates(
  { phase, reason, message, replicas, heals = false }: Assessment,
  observed: Observed,
  now: number,
): Record<ConditionType, ConditionState> {
  const why = { reason: reason === '' ? phase : reason, message };
  const { available, desired } = replicas;
  const onItsWay = phase === 'Pending' || phase === 'Progressing' || heals;
  return {
    Ready: { status: phase === 'Running' || reason === 'Completed', ...why },
    Available:
      available > 0
        ? {
            status: true,
            reason: 'Available',
            message: `${available} of ${desired} instances serve.`,
          }
        : { status: false, reason: 'Unavailable', message: 'No instance serves.' },
    Reconciling: { status: onItsWay, ...why },
    Stalled: { status: (phase === 'Failed' || phase === 'Degraded') && !heals, ...why },
    Degraded:
      phase === 'Degraded'
        ? { status: true, ...why }
        : (idleAutoscaler(observed, now) ?? { status: false, reason: 'AsAskedFor', message: '' }),
    SpecRendered: renderedState(observed),
  };
}

function renderedState({ unrendered = [] }: Observed): ConditionState {
  if (unrendered.length === 0) return { status: true, reason: 'Complete', message: '' };
  return {
    status: false,
    reason: 'FieldsNotRendered',
    message: `Accepted, but without effect in this cluster: ${unrendered.join(', ')}.`,
  };
}
