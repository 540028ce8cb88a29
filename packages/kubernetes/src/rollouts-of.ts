import type { ClusterObject } from '@davit/domain';

/** Keys of the Rollouts an object concerns: by its label, by what it scales, by its owners. */
export function rolloutsOf(object: ClusterObject, label: string): string[] {
  const owners = object.metadata.ownerReferences ?? [];
  const namespace = object.metadata.namespace ?? '';
  const owning = owners
    .filter(({ kind }) => kind === 'Rollout')
    .map(({ name }) => `${namespace}/${name}`);
  return [...new Set([...namedRollouts(object, label), ...owning])];
}

/** Does it belong to this very Rollout, and not to an earlier one of its name? */
export function concerns(object: ClusterObject, rollout: ClusterObject, label: string): boolean {
  const { namespace = '', name, uid } = rollout.metadata;
  if (namedRollouts(object, label).includes(`${namespace}/${name}`)) return true;
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

function namedRollouts({ metadata, spec }: ClusterObject, label: string): string[] {
  const { scaleTargetRef: target } = (spec ?? {}) as {
    scaleTargetRef?: { kind: string; name: string };
  };
  const names = [metadata.labels?.[label], target?.kind === 'Deployment' ? target.name : undefined];
  return names.flatMap((name) =>
    name === undefined ? [] : [`${metadata.namespace ?? ''}/${name}`],
  );
}
