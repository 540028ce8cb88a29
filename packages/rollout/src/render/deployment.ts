import { holdsFields } from '../holds-fields.ts';
import { ANNOTATIONS, childLabels } from '../labels.ts';
import type { Child, LiveDeployment, PodTemplate, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { amount } from './amount.ts';
import { compact } from './compact.ts';
import { ownedMetadata } from './metadata.ts';
import { isOriginalTemplate } from './original-template.ts';
import { podHash } from './pod-hash.ts';
import { literalPodSpec, renderPodTemplate } from './pod-template.ts';
import { restartOf } from './restart.ts';

/** The renderer new pod templates are made with. 0 stands for the original operator. */
export const RENDERER_VERSION = 3;

/** Programs that cannot work mostly end within it. */
const PROOF_SECONDS = 5;

interface Made {
  version: number;
  template: PodTemplate;
}

/**
 * The Deployment. Pods are only replaced when the spec changes: while it does not, a template made by another renderer
 * (older, newer or the original operator) is kept as it is, so that upgrading the operator restarts nothing. Unless
 * somebody changed in it what the spec says word for word: then its pods are to be replaced anyway.
 */
export function renderDeployment(resource: RolloutResource, live?: LiveDeployment): Child {
  const hash = podHash(resource);
  const { version, template } = keptTemplate(resource, hash, live) ?? {
    version: RENDERER_VERSION,
    template: renderPodTemplate(resource),
  };
  const metadata = ownedMetadata(resource, resource.metadata.name);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...metadata,
      annotations: {
        [ANNOTATIONS.rendererVersion]: String(version),
        [ANNOTATIONS.specHash]: hash,
      },
    },
    spec: {
      replicas: desiredReplicas(resource.spec),
      selector: { matchLabels: childLabels(resource.metadata) },
      strategy: strategyOf(resource.spec),
      ...compact({
        progressDeadlineSeconds: resource.spec.progressDeadlineSeconds,
        minReadySeconds: proofSeconds(resource.spec, template),
      }),
      template: withRestart(template, { resource, live }),
    },
  };
}

/** Instances the spec asks for. */
export function desiredReplicas(spec: RolloutSpec): number {
  if (spec.suspend === true) return 0;
  return spec.replicas ?? spec.horizontalScale?.minReplicas ?? 1;
}

/** The renderer that made a Deployment's pods; those of the original operator say nothing. */
export function rendererVersionOf(live: { metadata: LiveDeployment['metadata'] }): number {
  return Number(live.metadata.annotations?.[ANNOTATIONS.rendererVersion] ?? 0);
}

function keptTemplate(
  resource: RolloutResource,
  hash: string,
  live: LiveDeployment | undefined,
): Made | undefined {
  if (live === undefined) return undefined;
  const version = rendererVersionOf(live);
  if (version === RENDERER_VERSION || !Number.isInteger(version)) return undefined;
  const { template } = live.spec;
  const madeFrom = live.metadata.annotations?.[ANNOTATIONS.specHash];
  const same =
    madeFrom === undefined
      ? isOriginalTemplate(resource, template)
      : madeFrom === hash && holdsFields(template.spec, literalPodSpec(resource));
  return same ? { version, template } : undefined;
}

/**
 * Nothing tells whether such an instance works, so it has to run for a moment before it counts: otherwise a program
 * that ends at once would take the place of one that worked.
 */
function proofSeconds(
  { progressDeadlineSeconds }: RolloutSpec,
  { spec }: PodTemplate,
): number | undefined {
  const [app = {}] = (spec.containers ?? []) as {
    readinessProbe?: object;
    startupProbe?: object;
  }[];
  if (app.readinessProbe !== undefined || app.startupProbe !== undefined) return undefined;
  // the API server asks for less than the deadline
  return Math.min(PROOF_SECONDS, (progressDeadlineSeconds ?? Infinity) - 1);
}

/** Do old instances end before new ones start? A word that nobody knows says nothing, as ever. */
export function isRecreated({ volumes = [], rolloutStrategy = '' }: RolloutSpec): boolean {
  const bound = volumes.some(({ accessMode }) => accessMode !== 'ReadWriteMany');
  return rolloutStrategy === 'recreate' || (bound && rolloutStrategy !== 'rollingUpdate');
}

/**
 * A volume of one node makes new instances wait for the old ones, unless told otherwise. Without such volumes a new
 * instance is ready before an old one goes: one replica never drops a request.
 */
function strategyOf(spec: RolloutSpec): object {
  if (isRecreated(spec)) return { type: 'Recreate' };
  const { rollingUpdate = {} } = spec;
  const { maxUnavailable = 0, maxSurge = 1 } = rollingUpdate;
  return {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: amount(maxUnavailable), maxSurge: amount(maxSurge) },
  };
}

/**
 * `kubectl rollout restart` writes its own annotation, which belongs to it: sending back the one we last saw could
 * undo a newer one. Ours comes from the Rollout, where `restart` puts it; losing it there is no reason to restart.
 */
function withRestart(
  template: PodTemplate,
  { resource, live }: { resource: RolloutResource; live: LiveDeployment | undefined },
): PodTemplate {
  const annotations = { ...template.metadata?.annotations };
  delete annotations[ANNOTATIONS.kubectlRestartedAt];
  const restartedAt =
    restartOf(resource) ?? live?.spec.template.metadata?.annotations?.[ANNOTATIONS.restartedAt];
  if (restartedAt !== undefined) annotations[ANNOTATIONS.restartedAt] = restartedAt;
  return { ...template, metadata: { ...template.metadata, annotations } };
}
