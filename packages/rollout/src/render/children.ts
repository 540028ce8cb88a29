import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutCronJob } from '../schema/spec.ts';
import { renderConfigMap } from './config-map.ts';
import { cronRunName, isLater, renderCronJob, renderCronRun } from './cron-job.ts';
import { renderDeployment } from './deployment.ts';
import { renderHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { renderHttpRoute } from './http-route.ts';
import { renderIngress } from './ingress.ts';
import { renderJob } from './job.ts';
import { renderNetworkPolicy } from './network-policy.ts';
import { renderPersistentVolumeClaim } from './persistent-volume-claim.ts';
import { renderPodDisruptionBudget } from './pod-disruption-budget.ts';
import { renderPullSecrets } from './pull-secret.ts';
import { renderSecret } from './secret.ts';
import { renderServiceAccount } from './service-account.ts';
import type { Serving } from './served-port.ts';
import { renderService } from './service.ts';

export interface RenderContext extends Serving {
  /** names of the Jobs that exist */
  jobs?: ReadonlySet<string>;
}

/**
 * Everything a Rollout consists of, in the order it is applied: what pods refer to comes before them, what refers to
 * them after. ServiceAccounts are only created, claims are created and grown, Jobs are created; the others are applied
 * as they are.
 */
export function renderChildren(resource: RolloutResource, context: RenderContext = {}): Child[] {
  const { volumes = [], interfaces = [], cronjobs = [], mode } = resource.spec;
  return [
    renderServiceAccount(resource),
    ...volumes.map((volume) => renderPersistentVolumeClaim(resource, volume)),
    renderSecret(resource),
    ...renderPullSecrets(resource),
    renderConfigMap(resource),
    renderNetworkPolicy(resource, context),
    mode === 'job' ? jobToRun(resource, context) : renderDeployment(resource, context.deployment),
    ...interfaces.map((port) => renderService(resource, port, context)),
    ...interfaces.map((port) => renderIngress(resource, port)),
    ...interfaces.map((port) => renderHttpRoute(resource, port)),
    renderPodDisruptionBudget(resource),
    renderHorizontalPodAutoscaler(resource),
    ...cronjobs.map((cron) => renderCronJob(resource, cron)),
    ...cronjobs
      .filter((cron) => isDue(resource, cron, context))
      .map((cron) => renderCronRun(resource, cron)),
  ].filter((child) => child !== undefined);
}

/** It runs once: one that has ended is not made again when somebody tidies it away. */
function jobToRun(resource: RolloutResource, { jobs }: RenderContext): Child | undefined {
  const job = renderJob(resource);
  const { name } = job.metadata;
  const ended = resource.status?.job?.name === name;
  return ended && jobs?.has(name) !== true ? undefined : job;
}

/** A run is started once: its Job is kept while it exists, and the status remembers it longer than that. */
function isDue(
  { status, spec }: RolloutResource,
  cron: RolloutCronJob,
  { jobs }: RenderContext,
): boolean {
  if (cron.runAt === undefined) return false;
  if (jobs?.has(cronRunName(cron)) === true) return true;
  const before = status?.cronjobs?.find(({ name }) => name === cron.name);
  return spec.suspend !== true && isLater(cron.runAt, before?.runAt);
}
