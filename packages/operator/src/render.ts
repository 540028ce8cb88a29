import type { ClusterObject } from '@davit/domain';
import { parseRolloutSpec, renderChildren } from '@davit/rollout';
import type { LiveDeployment, RolloutResource } from '@davit/rollout';

/**
 * The children a Rollout should have, given those it has. Throws `invalid` for a spec that got past the API server
 * (stored before a rule existed): what runs is left running.
 */
export function render(
  rollout: ClusterObject,
  live: readonly ClusterObject[],
): { resource: RolloutResource; children: ClusterObject[] } {
  const resource = { ...rollout, spec: parseRolloutSpec(rollout.spec) } as RolloutResource;
  const deployment = live.find(({ kind }) => kind === 'Deployment');
  const context = deployment ? { deployment: deployment as unknown as LiveDeployment } : {};
  const children = renderChildren(resource, context) as ClusterObject[];
  if (!deployment || !isAutoscaled(live, rollout)) return { resource, children };
  return { resource, children: children.map((child) => withReplicasOf(deployment, child)) };
}

/** Somebody's HorizontalPodAutoscaler (the original operator always made one) decides how many run. */
function isAutoscaled(live: readonly ClusterObject[], rollout: ClusterObject): boolean {
  return live.some((object) => {
    if (object.kind !== 'HorizontalPodAutoscaler') return false;
    const spec = object.spec as { scaleTargetRef?: { kind?: string; name?: string } } | undefined;
    const target = spec?.scaleTargetRef;
    return target?.kind === 'Deployment' && target.name === rollout.metadata.name;
  });
}

/** Between zero and running the Rollout decides: an autoscaler neither stops nor starts. */
function withReplicasOf(deployment: ClusterObject, child: ClusterObject): ClusterObject {
  const current = replicasOf(deployment);
  if (child.kind !== 'Deployment' || current === 0 || replicasOf(child) === 0) return child;
  return { ...child, spec: { ...(child.spec as object), replicas: current } };
}

function replicasOf(deployment: ClusterObject): number {
  return (deployment.spec as { replicas?: number } | undefined)?.replicas ?? 1;
}
