import { hashOf } from '../hash.ts';
import { childLabels, LABELS } from '../labels.ts';
import { cronPullSecretName, shorten } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutCronJob } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { envOf, envSources, imageOf, resourcesOf, volumeMounts } from './container.ts';
import { ownedMetadata } from './metadata.ts';
import { checksums, placement } from './pod-template.ts';
import { credentialsOf } from './pull-secret.ts';
import { securityContexts } from './security-context.ts';
import type { SecurityContexts } from './security-context.ts';

type Fields = Record<string, unknown>;

/** The CronJob keeps its name as it is given: another Rollout's of that name is a conflict, and told. */
export function renderCronJob(resource: RolloutResource, cron: RolloutCronJob): Child {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: ownedMetadata(resource, cron.name),
    spec: compact({
      schedule: cron.schedule,
      suspend: cron.suspend === true || resource.spec.suspend === true,
      timeZone: cron.timeZone,
      concurrencyPolicy: cron.concurrencyPolicy,
      startingDeadlineSeconds: cron.startingDeadlineSeconds,
      successfulJobsHistoryLimit: cron.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: cron.failedJobsHistoryLimit,
      jobTemplate: {
        metadata: { labels: jobLabels(resource, cron) },
        spec: jobSpec(resource, cron),
      },
    }),
  };
}

/** The run that `runAt` asks for, beside the schedule. */
export function renderCronRun(resource: RolloutResource, cron: RolloutCronJob): Child {
  const metadata = ownedMetadata(resource, cronRunName(cron));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, labels: jobLabels(resource, cron) },
    spec: jobSpec(resource, cron),
  };
}

export function cronRunName({ name, runAt = '' }: RolloutCronJob): string {
  return shorten(`${name}-run-${hashOf(runAt).slice(0, 8)}`);
}

/** Was this run asked for after the last one that was carried out? */
export function isLater(runAt: string, last: string | undefined): boolean {
  return last === undefined || Date.parse(runAt) > Date.parse(last);
}

function jobLabels({ metadata }: RolloutResource, cron: RolloutCronJob): Record<string, string> {
  return { ...childLabels(metadata), [LABELS.cronJob]: shorten(cron.name) };
}

function jobSpec(resource: RolloutResource, cron: RolloutCronJob): Fields {
  return compact({
    // as ever: a run that fails is not tried again, unless told otherwise
    backoffLimit: cron.backoffLimit ?? 0,
    activeDeadlineSeconds: cron.activeDeadlineSeconds,
    template: {
      metadata: {
        labels: podLabels(resource, cron),
        ...(cron.inherit === true ? { annotations: checksums(resource.spec) } : {}),
      },
      spec: podSpec(resource, cron),
    },
  });
}

/** Without the label of the app's pods: Services would send requests here, autoscalers would count them. */
function podLabels({ metadata }: RolloutResource, cron: RolloutCronJob): Record<string, string> {
  return {
    [LABELS.projectId]: metadata.namespace,
    [LABELS.cronJobOf]: metadata.name,
    [LABELS.cronJob]: shorten(cron.name),
  };
}

function podSpec(resource: RolloutResource, cron: RolloutCronJob): Fields {
  const around = cron.inherit === true ? placement(resource) : {};
  const own = credentialsOf(cron.image) && [{ name: cronPullSecretName(cron.name) }];
  return {
    ...compact({
      ...around,
      securityContext: rightsOf(resource, cron).pod,
      imagePullSecrets: own ?? around.imagePullSecrets,
    }),
    restartPolicy: 'Never',
    containers: [container(resource, cron)],
  };
}

/** Its own take the place of the app's as a whole. */
function rightsOf({ spec }: RolloutResource, cron: RolloutCronJob): SecurityContexts {
  const inherited = cron.inherit === true ? spec.securityContext : undefined;
  return securityContexts(cron.securityContext ?? inherited);
}

function container(resource: RolloutResource, cron: RolloutCronJob): Fields {
  const { env = [] } = cron;
  const names = new Set(env.map(({ name }) => name));
  const inherited = (resource.spec.env ?? []).filter(({ name }) => !names.has(name));
  const own = {
    name: cron.name,
    image: imageOf(cron.image),
    command: cron.command,
    args: cron.args,
    resources: resourcesOf(cron.resources),
    securityContext: rightsOf(resource, cron).container,
  };
  if (cron.inherit !== true) return compact({ ...own, env: envOf(env) });
  return compact({
    ...own,
    env: envOf([...inherited, ...env]),
    envFrom: envSources(resource),
    volumeMounts: volumeMounts(resource),
  });
}
