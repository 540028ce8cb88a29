import type { Observed, ObservedJob, ObservedPod } from '../observed.ts';
import { jobName } from '../render/job.ts';
import type { RolloutResource } from '../resource.ts';
import type { RolloutStatus } from '../schema/status.ts';
import type { Verdict } from './assessment.ts';
import { jobEnd } from './cron-jobs.ts';
import { problemOf } from './pod-problem.ts';

export function jobOf(resource: RolloutResource, { jobs = [] }: Observed): ObservedJob | undefined {
  return jobs.find(({ metadata }) => metadata.name === jobName(resource));
}

type JobStatus = NonNullable<RolloutStatus['job']>;

/** How the job of this spec ended: it is remembered when its Job is gone. Undefined while it has not. */
export function jobStatus(
  resource: RolloutResource,
  observed: Observed,
  pods: readonly ObservedPod[],
): JobStatus | undefined {
  if (resource.spec.mode !== 'job') return undefined;
  const name = jobName(resource);
  const job = jobOf(resource, observed);
  const before = resource.status?.job?.name === name ? resource.status.job : undefined;
  if (job === undefined) return before;
  const end = jobEnd(job);
  if (end === undefined) return undefined;
  const message = end.ok ? '' : (lastWords(pods) ?? before?.message ?? end.message);
  return { name, ok: end.ok, message };
}

/** Where a Rollout in mode `job` stands. One that ended well is stopped for the reason that it is complete. */
export function assessJob(
  resource: RolloutResource,
  observed: Observed,
  pods: readonly ObservedPod[],
): Verdict {
  const end = jobStatus(resource, observed, pods);
  if (end) {
    return end.ok
      ? { phase: 'Stopped', reason: 'Completed', message: 'It ran to its end.' }
      : { phase: 'Failed', reason: 'JobFailed', message: end.message };
  }
  // a failed try is followed by another one until the Job gives up
  const tries = pods.filter(({ status }) => status?.phase !== 'Failed');
  const problem = tries.map((pod) => problemOf(pod)).find((found) => found !== undefined);
  if (problem) {
    const { reason, message, waits } = problem;
    return { phase: waits ? 'Pending' : 'Failed', reason, message };
  }
  return resource.spec.suspend === true
    ? { phase: 'Stopped', reason: 'Stopped', message: 'Stopped before its end.' }
    : underWay(jobOf(resource, observed), pods);
}

function underWay(job: ObservedJob | undefined, pods: readonly ObservedPod[]): Verdict {
  if ((job?.status?.ready ?? 0) > 0) return { phase: 'Running', reason: '', message: '' };
  const words = lastWords(pods);
  return words === undefined
    ? { phase: 'Pending', reason: 'Pending', message: 'Waiting for the job to start.' }
    : { phase: 'Progressing', reason: 'Retrying', message: `${words} It is tried again.` };
}

/** Why the last try failed, as the process told it. */
function lastWords(pods: readonly ObservedPod[]): string | undefined {
  const ended = pods
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map(({ state }) => state?.terminated)
    .filter((state) => state !== undefined && state.exitCode !== 0)
    .at(-1);
  if (ended === undefined) return undefined;
  const words = (ended.message ?? '').trim();
  return `The job ended with exit code ${ended.exitCode ?? '?'}${words === '' ? '.' : `: ${words}.`}`;
}
