import type { Observed, ObservedCronJob, ObservedJob } from '../observed.ts';
import { cronRunName } from '../render/cron-job.ts';
import type { RolloutResource } from '../resource.ts';
import type { RolloutCronJob } from '../schema/spec.ts';
import type { RolloutStatus } from '../schema/status.ts';

type CronJobStatus = NonNullable<RolloutStatus['cronjobs']>[number];

/** How the cron jobs of the spec do; undefined when there are none. */
export function cronJobsStatus(
  { spec, status }: RolloutResource,
  { cronJobs = [], jobs = [] }: Observed,
): CronJobStatus[] | undefined {
  if ((spec.cronjobs ?? []).length === 0) return undefined;
  return spec.cronjobs?.map((cron) => ({
    name: cron.name,
    ...scheduled(cronJobs.find(({ metadata }) => metadata.name === cron.name)),
    ...startedByHand(
      cron,
      jobs.find(({ metadata }) => metadata.name === cronRunName(cron)),
      status?.cronjobs?.find(({ name }) => name === cron.name),
    ),
  }));
}

function scheduled(live: ObservedCronJob | undefined): Omit<CronJobStatus, 'name'> {
  const { active = [], lastScheduleTime, lastSuccessfulTime } = live?.status ?? {};
  return {
    active: active.length,
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  };
}

function startedByHand(
  cron: RolloutCronJob,
  run: ObservedJob | undefined,
  before: CronJobStatus | undefined,
): Pick<CronJobStatus, 'runAt' | 'running'> {
  const runAt = run ? cron.runAt : before?.runAt;
  if (runAt === undefined) return {};
  return { runAt, running: run !== undefined && !isFinished(run) };
}

export function isFinished(job: ObservedJob): boolean {
  return jobEnd(job) !== undefined;
}

/** How a Job ended; undefined while it goes on. */
export function jobEnd({ status }: ObservedJob): { ok: boolean; message: string } | undefined {
  const end = status?.conditions?.find(
    (condition) =>
      condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
  );
  return end && { ok: end.type === 'Complete', message: end.message ?? '' };
}
