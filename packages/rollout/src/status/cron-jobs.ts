import { LABELS } from '../labels.ts';
import { shorten } from '../names.ts';
import type { Observed, ObservedCronJob, ObservedJob } from '../observed.ts';
import { cronRunName, isLater } from '../render/cron-job.ts';
import type { RolloutResource } from '../resource.ts';
import type { RolloutCronJob } from '../schema/spec.ts';
import type { RolloutStatus } from '../schema/status.ts';

type CronJobStatus = NonNullable<RolloutStatus['cronjobs']>[number];

/** Removed ones that are remembered, as many as there can be at a time. */
const REMEMBERED = 20;

/** How the cron jobs of the spec do, and which runs of removed ones were asked for; undefined when there are none. */
export function cronJobsStatus(
  { spec, status }: RolloutResource,
  { cronJobs = [], jobs = [] }: Observed,
): CronJobStatus[] | undefined {
  const { cronjobs = [] } = spec;
  const before = status?.cronjobs ?? [];
  const known = cronjobs.map((cron) => ({
    name: cron.name,
    ...scheduled(cronJobs.find(({ metadata }) => metadata.name === cron.name)),
    ...startedByHand(cron, jobs, before.find(({ name }) => name === cron.name)?.runAt),
  }));
  const removed = before
    .filter(({ name, runAt }) => runAt !== undefined && known.every((one) => one.name !== name))
    .map(({ name, runAt = '' }) => ({ name, runAt }));
  const all = [...known, ...removed.slice(-REMEMBERED)];
  return all.length === 0 ? undefined : all;
}

function scheduled(live: ObservedCronJob | undefined): Omit<CronJobStatus, 'name'> {
  const { active = [], lastScheduleTime, lastSuccessfulTime } = live?.status ?? {};
  return {
    active: active.length,
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  };
}

/** The last run that was carried out: a spec of before asks for an older one, which is not run again. */
function startedByHand(
  cron: RolloutCronJob,
  jobs: readonly ObservedJob[],
  before: string | undefined,
): Pick<CronJobStatus, 'runAt' | 'running'> {
  const runOf = (runAt: string): ObservedJob | undefined =>
    jobs.find(({ metadata }) => metadata.name === cronRunName({ ...cron, runAt }));
  const { runAt: asked } = cron;
  const isNew = asked !== undefined && runOf(asked) !== undefined && isLater(asked, before);
  const runAt = isNew ? asked : before;
  if (runAt === undefined) return {};
  const run = runOf(runAt);
  return { runAt, running: run !== undefined && !isFinished(run) };
}

/** Is this Job a run by hand, of a cron job there is, that goes on? Another run does not end it. */
export function isRunUnderWay({ spec }: RolloutResource, job: ObservedJob): boolean {
  const of = job.metadata.labels?.[LABELS.cronJob];
  const isKnown = (spec.cronjobs ?? []).some(({ name }) => shorten(name) === of);
  return isKnown && !isFinished(job);
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
