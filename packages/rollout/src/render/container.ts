import { fileKey } from './config-map.ts';
import { claimName, secretName } from '../names.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { RolloutResource } from '../resource.ts';
import type { RolloutContainer, RolloutSpec } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { FILES_VOLUME, mountVolume } from './pod-volumes.ts';
import { securityContexts } from './security-context.ts';

type Fields = Record<string, unknown>;

/** The app's container, without what decides when it is ready. */
export function renderContainer(resource: RolloutResource): Fields {
  const { spec, metadata } = resource;
  return compact({
    name: metadata.name,
    image: imageOf(spec.image),
    imagePullPolicy: spec.imagePullPolicy,
    command: spec.command,
    args: spec.args,
    env: envOf(spec.env),
    envFrom: envSources(resource),
    resources: resourcesOf(spec.resources),
    securityContext: securityContexts(spec.securityContext).container,
    volumeMounts: volumeMounts(resource),
  });
}

/** An init container or a sidecar: it gets what it names, and no more. */
export function renderHelper(
  container: RolloutContainer,
  { metadata, spec }: RolloutResource,
): Fields {
  const { pod, container: rights } = securityContexts(container.securityContext);
  return compact({
    name: container.name,
    image: imageOf(container.image),
    imagePullPolicy: container.imagePullPolicy,
    command: container.command,
    args: container.args,
    env: envOf(container.env),
    envFrom: container.secrets === true ? secretRefs({ metadata, spec }) : [],
    resources: resourcesOf(container.resources),
    // a group of the volumes is a matter of the pod
    securityContext: { ...compact({ ...pod, fsGroup: undefined }), ...rights },
    volumeMounts: (container.mounts ?? []).map(({ volume, mountPath }) => ({
      name: claimName(metadata.name, volume),
      mountPath,
    })),
  });
}

export function imageOf(image: { registry: string; repository: string; tag: string }): string {
  return `${image.registry}/${image.repository}:${image.tag}`;
}

/** Of those with one name the last one counts: two would be refused. */
export function envOf(env: RolloutSpec['env'] = []): object[] {
  const byName = new Map(env.map((variable) => [variable.name, variable]));
  return [...byName.values()].map((variable) => compact({ ...variable }));
}

export function resourcesOf(resources: RolloutSpec['resources']): Fields {
  return compact({
    requests: amounts(resources?.requests),
    limits: amounts(resources?.limits),
  });
}

const amounts = (given: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given ?? {}).map(([name, amount]) => [name, canonicalQuantity(amount)]),
  );

export function envSources(resource: RolloutResource): object[] {
  const others = (resource.spec.envFrom ?? []).map(
    ({ secretName: secret = '', configMapName = '', prefix }) =>
      compact({
        prefix,
        secretRef: compact({ name: secret }),
        configMapRef: compact({ name: configMapName }),
      }),
  );
  return [...secretRefs(resource), ...others];
}

function secretRefs({ spec, metadata }: Pick<RolloutResource, 'spec' | 'metadata'>): object[] {
  const inline = (spec.secrets ?? []).length > 0 ? [secretName(metadata.name)] : [];
  const names = [...inline, spec.secretsFrom ?? ''].filter((name) => name !== '');
  return names.map((name) => ({ secretRef: { name } }));
}

export function volumeMounts({ spec, metadata }: RolloutResource): object[] {
  return [
    ...(spec.volumes ?? []).map(({ name, mountPath }) => ({
      name: claimName(metadata.name, name),
      mountPath,
    })),
    ...(spec.files ?? []).map(({ path }) => ({
      name: FILES_VOLUME,
      mountPath: path,
      subPath: fileKey(path),
      readOnly: true,
    })),
    ...(spec.mounts ?? []).map(({ mountPath }, index) => ({
      name: mountVolume(index),
      mountPath,
      readOnly: true,
    })),
  ];
}
