import type { ClusterObject, RolloutCluster } from '@davit/domain';
import { parseRolloutSpec, renderChildren, renderRevision, specInUse } from '@davit/rollout';
import type { LiveDeployment, LiveService, RolloutResource } from '@davit/rollout';
import { revisionsOf } from './revision.ts';
import { unrenderedFields } from './unrendered.ts';

export interface Rendered {
  children: ClusterObject[];
  /** spec paths that come to nothing in this cluster */
  unrendered: string[];
  /** the spec that worked last is in the place of the current one */
  rolledBack: boolean;
  /** somebody's HorizontalPodAutoscaler (the original operator always made one) decides how many run */
  isAutoscaled: boolean;
}

/**
 * The children a Rollout should have, given those it has. Throws `invalid` for a spec that got past the API server
 * (stored before a rule existed, or wrong in a way no rule can say): what runs is left running.
 */
export function render(
  rollout: ClusterObject,
  live: readonly ClusterObject[],
  cluster: Pick<RolloutCluster, 'serves' | 'networkPolicy'>,
): Rendered {
  const asked = { ...rollout, spec: parseRolloutSpec(rollout.spec) } as RolloutResource;
  const { kept, inUse } = revisionsOf(rollout, live);
  const resource = withDefaults({ ...asked, spec: specInUse(asked.spec, inUse) }, cluster);
  const deployment = live.find(({ kind }) => kind === 'Deployment');
  const jobs = live.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
  const all = renderChildren(resource, {
    ...(deployment ? { deployment: deployment as unknown as LiveDeployment } : {}),
    services: live.filter(({ kind }) => kind === 'Service') as unknown as LiveService[],
    jobs: new Set(jobs),
  }) as ClusterObject[];
  const revision = renderRevision(asked, kept) as ClusterObject | undefined;
  const children = all.filter(({ kind }) => cluster.serves(kind));
  return {
    children: revision ? [revision, ...children] : children,
    unrendered: unrenderedFields(resource, live, cluster),
    rolledBack: inUse !== undefined,
    isAutoscaled: isAutoscaled(live, rollout),
  };
}

/** What a project says of all that is in it: it shows in no pod, and starts none anew. */
function withDefaults(
  { spec, ...rest }: RolloutResource,
  cluster: Pick<RolloutCluster, 'networkPolicy'>,
): RolloutResource {
  const isolated = cluster.networkPolicy(rest.metadata.namespace) === 'project';
  const networkPolicy = spec.networkPolicy ?? (isolated ? 'project' : 'open');
  return { ...rest, spec: { ...spec, networkPolicy } };
}

function isAutoscaled(live: readonly ClusterObject[], rollout: ClusterObject): boolean {
  return live.some((object) => {
    if (object.kind !== 'HorizontalPodAutoscaler') return false;
    const spec = object.spec as { scaleTargetRef?: { kind?: string; name?: string } } | undefined;
    const target = spec?.scaleTargetRef;
    return target?.kind === 'Deployment' && target.name === rollout.metadata.name;
  });
}
