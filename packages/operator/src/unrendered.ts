import type { ClusterObject } from '@davit/domain';
import { claimName, compareQuantities } from '@davit/rollout';
import type { RolloutResource, RolloutVolume } from '@davit/rollout';

interface Claim extends ClusterObject {
  spec?: {
    storageClassName?: string;
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
  };
}

/**
 * Spec paths that are accepted and come to nothing: what claims that exist cannot become, and routes where the cluster
 * has no such kind.
 */
export function unrenderedFields(
  { metadata, spec }: RolloutResource,
  live: readonly ClusterObject[],
  cluster: { serves(kind: string): boolean },
): string[] {
  const { volumes = [], interfaces = [] } = spec;
  const routes = cluster.serves('HTTPRoute')
    ? []
    : interfaces.flatMap(({ httpRoute }, index) =>
        (httpRoute?.gateways ?? []).length === 0 ? [] : [`interfaces[${index}].httpRoute`],
      );
  const claims = volumes.flatMap((volume, index) => {
    const name = claimName(metadata.name, volume.name);
    const claim = live.find((one) => one.kind === 'PersistentVolumeClaim' && isNamed(one, name));
    return claim ? fixedFields(volume, claim).map((field) => `volumes[${index}].${field}`) : [];
  });
  return [...claims, ...routes];
}

const isNamed = ({ metadata }: ClusterObject, name: string): boolean => metadata.name === name;

function fixedFields(volume: RolloutVolume, { spec = {} }: Claim): string[] {
  const { storageClass = '', accessMode = 'ReadWriteOnce', size } = volume;
  const { storageClassName = '', accessModes = [accessMode], resources } = spec;
  const kept = {
    size: compareQuantities(size, resources?.requests?.storage ?? '0') < 0,
    storageClass: storageClass !== '' && storageClass !== storageClassName,
    accessMode: !accessModes.includes(accessMode),
  };
  return Object.entries(kept).flatMap(([field, is]) => (is ? [field] : []));
}
