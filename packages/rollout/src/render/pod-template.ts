import { ANNOTATIONS, childLabels } from '../labels.ts';
import { claimName, secretName } from '../names.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { PodTemplate, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { pullSecretOf } from './pull-secret.ts';
import { secretsChecksum } from './secret.ts';
import { securityContexts } from './security-context.ts';

/** While it lasts, Services and proxies learn that the pod is going; only then is it told to stop. */
const DRAIN_SECONDS = 5;
/** What remains of the grace period for the process itself: Kubernetes' own default. */
const STOP_SECONDS = 30;

/** The pods as renderer 1 makes them. */
export function renderPodTemplate(resource: RolloutResource): PodTemplate {
  const { spec } = resource;
  const serves = (spec.interfaces ?? []).length > 0;
  return {
    metadata: {
      labels: childLabels(resource.metadata),
      annotations: { [ANNOTATIONS.secretsChecksum]: secretsChecksum(spec) },
    },
    spec: {
      ...placement(resource),
      terminationGracePeriodSeconds: STOP_SECONDS + (serves ? DRAIN_SECONDS : 0),
      containers: [{ ...renderContainer(resource), ...probes(spec, serves) }],
    },
  };
}

/** Everything around the container; shared with the templates of the original operator. */
export function placement(resource: RolloutResource): Record<string, unknown> {
  const { spec } = resource;
  const pullSecret = pullSecretOf(resource);
  return compact({
    securityContext: securityContexts(spec).pod,
    serviceAccountName: spec.serviceAccountName,
    imagePullSecrets: pullSecret === undefined ? undefined : [{ name: pullSecret }],
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations?.map((toleration) => compact({ ...toleration })),
    hostAliases: spec.hostAliases?.map((alias) => compact({ ...alias })),
    volumes: volumeNames(resource).map((claim) => ({
      name: claim,
      persistentVolumeClaim: { claimName: claim },
    })),
  });
}

/** The container without what decides when it is ready. */
export function renderContainer(resource: RolloutResource): Record<string, unknown> {
  const { spec, metadata } = resource;
  const { registry, repository, tag } = spec.image;
  const names = volumeNames(resource);
  return compact({
    name: metadata.name,
    image: `${registry}/${repository}:${tag}`,
    command: spec.command,
    args: spec.args,
    env: spec.env?.map((variable) => compact({ ...variable })),
    envFrom: secretSources(resource).map((name) => ({ secretRef: { name } })),
    resources: compact({
      requests: amounts(spec.resources?.requests),
      limits: amounts(spec.resources?.limits),
    }),
    securityContext: securityContexts(spec).container,
    volumeMounts: (spec.volumes ?? []).map((volume, index) => ({
      name: names[index],
      mountPath: volume.mountPath,
    })),
  });
}

const amounts = (given: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given ?? {}).map(([name, amount]) => [name, canonicalQuantity(amount)]),
  );

function secretSources({ spec, metadata }: RolloutResource): string[] {
  const inline = (spec.secrets ?? []).length > 0 ? [secretName(metadata.name)] : [];
  return [...inline, spec.secretsFrom ?? ''].filter((name) => name !== '');
}

const volumeNames = ({ spec, metadata }: RolloutResource): string[] =>
  (spec.volumes ?? []).map(({ name }) => claimName(metadata.name, name));

function probes(spec: RolloutSpec, serves: boolean): Record<string, unknown> {
  const port = spec.interfaces?.[0]?.port;
  return compact({
    lifecycle: serves ? { preStop: { sleep: { seconds: DRAIN_SECONDS } } } : undefined,
    readinessProbe:
      spec.readiness === 'none' || port === undefined
        ? undefined
        : { tcpSocket: { port }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
  });
}
