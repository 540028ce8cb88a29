import { hashOf } from '../hash.ts';
import type { RolloutResource } from '../resource.ts';
import { filesChecksum } from './config-map.ts';
import { pullSecretOf } from './pull-secret.ts';
import { secretsChecksum } from './secret.ts';

/**
 * Hash of everything in the spec that shows in the pods. While it stays the same, so does the pod template, whatever
 * a newer renderer would make of it. Its input must never change either: add fields only where they are set.
 */
export function podHash(resource: RolloutResource): string {
  const { spec } = resource;
  const { registry, repository, tag } = spec.image;
  return hashOf({
    image: [registry, repository, tag],
    pullSecret: pullSecretOf(resource),
    command: spec.command,
    args: spec.args,
    env: spec.env,
    secrets: secretsChecksum(spec),
    secretsFrom: spec.secretsFrom,
    resources: spec.resources,
    securityContext: spec.securityContext,
    volumes: spec.volumes?.map(({ name, mountPath }) => [name, mountPath]),
    ports: spec.interfaces?.slice(0, 1).map(({ port }) => port),
    readiness: spec.readiness,
    serviceAccountName: spec.serviceAccountName,
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    hostAliases: spec.hostAliases,
    imagePullPolicy: spec.imagePullPolicy,
    probes: spec.probes,
    drainSeconds: spec.drainSeconds,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
    envFrom: spec.envFrom,
    files: filesChecksum(spec),
    mounts: spec.mounts,
    initContainers: spec.initContainers,
    sidecars: spec.sidecars,
    topologySpread: spec.topologySpread,
  });
}
