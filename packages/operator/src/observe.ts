import type { AppError, ClusterObject } from '@davit/domain';
import type {
  Observed,
  ObservedClaim,
  ObservedDeployment,
  ObservedPod,
  ObservedReplicaSet,
  ObservedService,
} from '@davit/rollout';

/** Sorts what the cluster holds of one Rollout into what its status is made from. */
export function observe(
  children: readonly ClusterObject[],
  applyError: AppError | undefined,
): Observed {
  const of = <T>(kind: string): T[] =>
    children.filter((child) => child.kind === kind) as unknown as T[];
  const [deployment] = of<ObservedDeployment>('Deployment');
  return {
    ...(deployment ? { deployment } : {}),
    replicaSets: of<ObservedReplicaSet>('ReplicaSet'),
    pods: of<ObservedPod>('Pod'),
    pvcs: of<ObservedClaim>('PersistentVolumeClaim'),
    services: of<ObservedService>('Service'),
    ...(applyError ? { applyError } : {}),
  };
}
