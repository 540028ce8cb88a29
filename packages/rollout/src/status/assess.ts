import type { Phase } from '@davit/domain';
import type { Observed, ObservedJob, ObservedPod } from '../observed.ts';
import { desiredReplicas } from '../render/deployment.ts';
import { isAutoscaled } from '../render/horizontal-pod-autoscaler.ts';
import type { RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { assessJob, jobOf, jobStatus } from './assess-job.ts';
import type { Assessment, Replicas, Verdict } from './assessment.ts';
import { OUTCOMES } from './conditions.ts';
import { newestPods } from './newest-pods.ts';
import { problemOf } from './pod-problem.ts';
import type { Problem } from './pod-problem.ts';

/** Where a Rollout stands, from what the cluster holds. `pods` are those of the Deployment. */
export function assess(
  resource: RolloutResource,
  observed: Observed,
  pods: ObservedPod[],
): Assessment {
  const replicas = replicasOf(resource, observed, pods);
  const verdict =
    refused(observed, replicas) ??
    (resource.spec.mode === 'job'
      ? assessJob(resource, observed, pods)
      : (stopped(replicas) ??
        troubled(observed, { pods, replicas }) ??
        moving(resource, observed, replicas)));
  return { ...verdict, replicas };
}

function replicasOf(
  resource: RolloutResource,
  observed: Observed,
  pods: readonly ObservedPod[],
): Replicas {
  const { spec } = resource;
  if (spec.mode === 'job') {
    const wanted = spec.suspend !== true && jobStatus(resource, observed, pods) === undefined;
    return { desired: wanted ? 1 : 0, ...replicasOfJob(jobOf(resource, observed)) };
  }
  return replicasOfDeployment(spec, observed);
}

function replicasOfDeployment(spec: RolloutSpec, observed: Observed): Replicas {
  const { deployment } = observed;
  const status = deployment?.status ?? {};
  // what the autoscaler decides is what is wanted
  const scaled = isAutoscaled(spec) ? deployment?.spec.replicas : undefined;
  return {
    desired: scaled ?? desiredReplicas(spec),
    existing: status.replicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    ready: status.readyReplicas ?? 0,
    available: status.availableReplicas ?? 0,
  };
}

function replicasOfJob(job: ObservedJob | undefined): Omit<Replicas, 'desired'> {
  const { active = 0, ready = 0 } = job?.status ?? {};
  return { existing: active, updated: active, ready, available: ready };
}

/** The children could not be brought about. */
function refused({ applyError }: Observed, replicas: Replicas): Verdict | undefined {
  if (applyError === undefined) return undefined;
  const { reason, retry } = OUTCOMES[applyError.code];
  const failed: Phase = replicas.ready > 0 ? 'Degraded' : 'Failed';
  return {
    phase: retry === 'wait' || retry === 'back-off' ? failed : 'Progressing',
    reason: applyError.reason ?? reason,
    message: applyError.message,
  };
}

function stopped({ desired, existing }: Replicas): Verdict | undefined {
  if (desired > 0) return undefined;
  return existing === 0
    ? { phase: 'Stopped', reason: 'Stopped', message: 'Stopped; volumes and settings are kept.' }
    : { phase: 'Progressing', reason: 'Stopping', message: `${existing} instances are stopping.` };
}

interface Situation {
  pods: readonly ObservedPod[];
  replicas: Replicas;
}

/** Something stands in the way. */
function troubled(observed: Observed, { pods, replicas }: Situation): Verdict | undefined {
  // what is known is about the Deployment as it was before
  if (!isSeen(observed) || isComplete(observed, replicas)) return undefined;
  const serves = replicas.available > 0;
  const problem = worst(observed, {
    pods: newestPods(pods, observed.deployment),
    unproven: !serves,
  });
  const late = lateness(observed);
  const exceeded = late !== undefined;
  if (problem === undefined && !exceeded) return undefined;
  const { reason, message, waits } = problem ?? {
    reason: 'ProgressDeadlineExceeded',
    message: late?.message ?? '',
    waits: false,
  };
  return {
    phase: waits && !exceeded ? WAITING[`${serves}`] : FAILING[`${serves}`],
    reason,
    message,
  };
}

/** The deadline has passed, of this very Deployment and not of what it was before. */
export function lateness(observed: Observed): { message?: string } | undefined {
  if (!isSeen(observed)) return undefined;
  const progress = condition(observed, 'Progressing');
  return progress?.reason === 'ProgressDeadlineExceeded' ? progress : undefined;
}

/** By whether instances serve meanwhile. */
const WAITING = { true: 'Progressing', false: 'Pending' } as const;
const FAILING = { true: 'Degraded', false: 'Failed' } as const;

/** Problems that need somebody come first; of equal ones the first in the order of names, so that it stays put. */
function worst(
  observed: Observed,
  { pods, unproven }: { pods: readonly ObservedPod[]; unproven: boolean },
): Problem | undefined {
  const found = [
    ...pods.map((pod) => problemOf(pod, { unproven })),
    notCreated(observed),
    unbound(observed, pods),
  ].filter((problem) => problem !== undefined);
  return (
    found.find((problem) => !problem.waits) ??
    found.find((problem) => problem.reason === 'Unschedulable' && !isAboutVolumes(problem)) ??
    found.find((problem) => problem.reason === 'VolumePending') ??
    found[0]
  );
}

/** A claim may wait for an instance that waits for room: then it is not the volume that is missing. */
function isAboutVolumes({ message }: Problem): boolean {
  return /volume|pvc/i.test(message) && !message.includes('Insufficient');
}

/** Pods the API server refuses: quota, admission, a missing account. */
function notCreated(observed: Observed): Problem | undefined {
  const failure = condition(observed, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  const { message = '' } = failure;
  const reason = message.includes('exceeded quota') ? 'QuotaExceeded' : failure.reason;
  return { reason: reason ?? 'FailedCreate', message, waits: false };
}

function unbound({ pvcs }: Observed, pods: readonly ObservedPod[]): Problem | undefined {
  const pending = pvcs.find((claim) => claim.status?.phase === 'Pending');
  const waiting = pods.some((pod) => pod.status?.phase === 'Pending');
  if (pending === undefined || !waiting) return undefined;
  const name = pending.spec?.storageClassName ?? '';
  const by = name === '' ? 'the default storage class' : `storage class ${name}`;
  return {
    reason: 'VolumePending',
    message: `Volume ${pending.metadata.name} waits to be provided by ${by}.`,
    waits: true,
  };
}

/** Its controller knows the Deployment as it is now. */
function isSeen({ deployment }: Observed): boolean {
  const seen = deployment?.status?.observedGeneration ?? 0;
  return deployment !== undefined && seen >= (deployment.metadata.generation ?? 0);
}

function isComplete(observed: Observed, replicas: Replicas): boolean {
  return (
    isSeen(observed) &&
    replicas.updated >= replicas.desired &&
    replicas.available >= replicas.desired &&
    replicas.existing === replicas.updated
  );
}

function moving(resource: RolloutResource, observed: Observed, replicas: Replicas): Verdict {
  if (isComplete(observed, replicas)) return { phase: 'Running', reason: '', message: '' };
  const { desired, updated, ready, existing } = replicas;
  if (existing === 0) {
    return { phase: 'Pending', reason: 'Pending', message: 'Waiting for the first instance.' };
  }
  if (!isSeen(observed)) {
    return { phase: 'Progressing', reason: 'Updating', message: 'The change is about to begin.' };
  }
  if (updated < desired || existing > updated) {
    const message = `${Math.min(updated, desired)} of ${desired} instances have the newest spec.`;
    return { phase: 'Progressing', reason: 'Updating', message };
  }
  const message =
    ready < desired
      ? `${ready} of ${desired} instances are ready.`
      : 'Ready, and to go on for a moment before that counts.';
  const settled = condition(observed, 'Progressing')?.reason === 'NewReplicaSetAvailable';
  const lost = settled && hasLost(resource, replicas);
  return {
    phase: lost ? 'Degraded' : 'Progressing',
    reason: 'InstancesNotReady',
    message,
    heals: lost,
  };
}

/** An instance went away or stopped answering, and others serve: not so where only more of them were asked for. */
function hasLost({ status = {} }: RolloutResource, { ready }: Replicas): boolean {
  const { readyReplicas = 0, phase, reason } = status;
  const since = phase === 'Degraded' && reason === 'InstancesNotReady';
  return ready > 0 && (since || ready < readyReplicas);
}

function condition({ deployment }: Observed, type: string) {
  return deployment?.status?.conditions?.find((item) => item.type === type);
}
