import type { Observed, ObservedJob, ObservedPod } from '../observed.ts';
import { jobName } from '../render/job.ts';
import type { RolloutResource } from '../resource.ts';
import type { Verdict } from './assess.ts';
import { jobEnd } from './cron-jobs.ts';
import { problemOf } from './pod-problem.ts';

export function jobOf(resource: RolloutResource, { jobs = [] }: Observed): ObservedJob | undefined {
  return jobs.find(({ metadata }) => metadata.name === jobName(resource));
}

/** Where a Rollout in mode `job` stands. One that ended well is stopped for the reason that it is complete. */
export function assessJob(
  resource: RolloutResource,
  observed: Observed,
  pods: readonly ObservedPod[],
): Verdict {
  const job = jobOf(resource, observed);
  const end = job && jobEnd(job);
  if (end) {
    return end.ok
      ? { phase: 'Stopped', reason: 'Completed', message: 'It ran to its end.' }
      : { phase: 'Failed', reason: 'JobFailed', message: lastWords(pods) ?? end.message };
  }
  const problem = pods.map(problemOf).find((found) => found !== undefined);
  if (problem) {
    const { reason, message, waits } = problem;
    return { phase: waits ? 'Pending' : 'Failed', reason, message };
  }
  if (resource.spec.suspend === true) {
    return { phase: 'Stopped', reason: 'Stopped', message: 'Stopped before its end.' };
  }
  return (job?.status?.ready ?? 0) > 0
    ? { phase: 'Running', reason: '', message: '' }
    : { phase: 'Pending', reason: 'Pending', message: 'Waiting for the job to start.' };
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
  return `The job ended with exit code ${ended.exitCode ?? '?'}${words === '' ? '.' : `: ${words}`}`;
}
