import { claimName, filesName } from '../names.ts';
import type { RolloutResource } from '../resource.ts';
import { compact } from './compact.ts';

// two dashes: names of claims (`<volume>-<name>`) cannot have them in that place
export const FILES_VOLUME = 'davit--files';
export const mountVolume = (index: number): string => `davit--mount-${index}`;

/** The volumes of a pod: claims, configuration files, and Secrets and ConfigMaps that are mounted. */
export function podVolumes({ spec, metadata }: RolloutResource): object[] {
  const claims = (spec.volumes ?? []).map(({ name }) => claimName(metadata.name, name));
  const files = (spec.files ?? []).length > 0;
  return [
    ...claims.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
    ...(files ? [{ name: FILES_VOLUME, configMap: { name: filesName(metadata.name) } }] : []),
    ...(spec.mounts ?? []).map(({ secretName, configMapName }, index) =>
      compact({
        name: mountVolume(index),
        secret: compact({ secretName }),
        configMap: compact({ name: configMapName }),
      }),
    ),
  ];
}
