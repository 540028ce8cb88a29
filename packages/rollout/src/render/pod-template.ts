import { ANNOTATIONS, childLabels } from '../labels.ts';
import type { PodTemplate, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { filesChecksum } from './config-map.ts';
import { renderContainer, renderHelper } from './container.ts';
import { podVolumes } from './pod-volumes.ts';
import { renderProbes } from './probe.ts';
import { pullSecretOf } from './pull-secret.ts';
import { secretsChecksum } from './secret.ts';
import { securityContexts } from './security-context.ts';

/** While it lasts, Services and proxies learn that the pod is going; only then is it told to stop. */
const DRAIN_SECONDS = 5;
/** What remains of the grace period for the process itself: Kubernetes' own default. */
const STOP_SECONDS = 30;

/** The pods as renderer 3 makes them. Renderer 2 left out how helpers say why they ended, renderer 1 how the app does. */
export function renderPodTemplate(resource: RolloutResource): PodTemplate {
  const { spec, metadata } = resource;
  const drain = drainSeconds(spec);
  const app = {
    ...renderContainer(resource),
    ...LAST_WORDS,
    ...compact({ lifecycle: drain > 0 ? { preStop: { sleep: { seconds: drain } } } : undefined }),
    ...renderProbes(spec),
  };
  return {
    metadata: { labels: childLabels(metadata), annotations: checksums(spec) },
    spec: {
      ...placement(resource),
      ...spread(resource),
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? STOP_SECONDS + drain,
      ...compact({ initContainers: helpers(resource) }),
      containers: [app],
    },
  };
}

/** What every renderer writes alike, because the spec says it so: images, commands, variables, mounts, rights. */
export function literalPodSpec(resource: RolloutResource): Record<string, unknown> {
  const { initContainers = [], sidecars = [] } = resource.spec;
  return {
    ...placement(resource),
    initContainers: [...sidecars, ...initContainers].map((one) => renderHelper(one, resource)),
    containers: [renderContainer(resource)],
  };
}

/** On the pods, so that they are replaced when what they read at their start changes. */
export function checksums(spec: RolloutSpec): Record<string, string> {
  const files = filesChecksum(spec);
  return {
    [ANNOTATIONS.secretsChecksum]: secretsChecksum(spec),
    ...(files === undefined ? {} : { [ANNOTATIONS.filesChecksum]: files }),
  };
}

/** Everything around the container; shared with the templates of the original operator. */
export function placement(resource: RolloutResource): Record<string, unknown> {
  const { spec } = resource;
  const pullSecret = pullSecretOf(resource);
  return compact({
    securityContext: securityContexts(spec.securityContext).pod,
    serviceAccountName: spec.serviceAccountName,
    imagePullSecrets: pullSecret === undefined ? undefined : [{ name: pullSecret }],
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations?.map((toleration) => compact({ ...toleration })),
    hostAliases: spec.hostAliases?.map((alias) => compact({ ...alias })),
    volumes: podVolumes(resource),
  });
}

function drainSeconds(spec: RolloutSpec): number {
  const { drainSeconds: given, interfaces = [], terminationGracePeriodSeconds: grace } = spec;
  // the API server refuses a drain that outlasts the grace period
  return given ?? (interfaces.length > 0 ? Math.min(DRAIN_SECONDS, grace ?? Infinity) : 0);
}

/** The last lines of the log, where the process wrote no message of its own. */
const LAST_WORDS = { terminationMessagePolicy: 'FallbackToLogsOnError' };

/** A sidecar is an init container that goes on: it is up before the app starts, and ends after it. */
function helpers(resource: RolloutResource): object[] {
  const { initContainers = [], sidecars = [] } = resource.spec;
  return [
    ...sidecars.map((sidecar) => ({
      ...renderHelper(sidecar, resource),
      ...LAST_WORDS,
      restartPolicy: 'Always',
    })),
    ...initContainers.map((container) => ({ ...renderHelper(container, resource), ...LAST_WORDS })),
  ];
}

function spread({ spec, metadata }: RolloutResource): Record<string, unknown> {
  return compact({
    topologySpreadConstraints: spec.topologySpread?.map((constraint) => ({
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew ?? 1,
      whenUnsatisfiable: constraint.whenUnsatisfiable ?? 'ScheduleAnyway',
      labelSelector: { matchLabels: childLabels(metadata) },
    })),
  });
}
