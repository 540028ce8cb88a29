import type { AppError, ClusterObject } from '@davit/domain';
import type {
  Observed,
  ObservedAutoscaler,
  ObservedClaim,
  ObservedCronJob,
  ObservedDeployment,
  ObservedIngress,
  ObservedJob,
  ObservedPod,
  ObservedService,
} from '@davit/rollout';

import { revisionsOf } from './revision.ts';

export interface Outcome {
  /** why the children could not be brought about */
  applyError?: AppError | undefined;
  /** spec paths nothing was made of */
  unrendered: string[];
}

/** Sorts what the cluster holds of one Rollout into what its status is made from. */
export function observe(
  rollout: ClusterObject,
  children: readonly ClusterObject[],
  { applyError, unrendered }: Outcome,
): Observed {
  const { kept, inUse } = revisionsOf(rollout, children);
  const of = <T>(kind: string): T[] =>
    children.filter((child) => child.kind === kind) as unknown as T[];
  const [deployment] = of<ObservedDeployment>('Deployment');
  const [autoscaler] = of<ObservedAutoscaler>('HorizontalPodAutoscaler');
  return {
    ...(deployment ? { deployment } : {}),
    pods: of<ObservedPod>('Pod'),
    pvcs: of<ObservedClaim>('PersistentVolumeClaim'),
    services: of<ObservedService>('Service'),
    ingresses: of<ObservedIngress>('Ingress'),
    jobs: of<ObservedJob>('Job'),
    cronJobs: of<ObservedCronJob>('CronJob'),
    ...(autoscaler ? { autoscaler } : {}),
    ...(kept ? { revision: kept, rolledBack: inUse !== undefined } : {}),
    unrendered,
    ...(applyError ? { applyError } : {}),
  };
}
