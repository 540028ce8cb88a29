import type { ObservedDeployment, ObservedPod } from '../observed.ts';

/**
 * The pods of what the Deployment asks for now; older ones are on their way out, and what ails them says nothing about
 * it. All pods, where nothing tells which is which.
 */
export function newestPods(
  pods: readonly ObservedPod[],
  deployment: ObservedDeployment | undefined,
): readonly ObservedPod[] {
  const newest = newestReplicaSet(deployment);
  const named = pods.filter((pod) => newest === undefined || isOf(pod, newest));
  // after the way back to an older one its name is told a moment later
  const wanted = imageOf(deployment?.spec.template?.spec);
  const alike = pods.filter(({ spec }) => imageOf(spec) === wanted);
  return alike.length === 0 ? named : named.filter((pod) => alike.includes(pod));
}

/** Its controller names it wherever it tells how far it has come. */
function newestReplicaSet(deployment: ObservedDeployment | undefined): string | undefined {
  const { conditions = [] } = deployment?.status ?? {};
  const { message = '' } = conditions.find(({ type }) => type === 'Progressing') ?? {};
  return /^(?:ReplicaSet|\w+ new replica set) "([^"]+)"/.exec(message)?.[1];
}

function isOf({ metadata: { ownerReferences = [] } }: ObservedPod, replicaSet: string): boolean {
  return ownerReferences.every(({ kind, name }) => kind !== 'ReplicaSet' || name === replicaSet);
}

/** Of the app: something beside it may have been put into the pods. */
function imageOf(spec: { containers: { image?: string }[] } | undefined): string | undefined {
  return spec?.containers[0]?.image;
}
