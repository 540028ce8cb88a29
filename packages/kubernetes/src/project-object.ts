import type { ClusterMeta, ClusterObject } from '@davit/domain';
import type { KubeObject } from './kube-object.ts';

type Fields = Record<string, unknown>;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The parts of an object that a reconcile looks at. Items of a list lack apiVersion and kind, so `type` says them. */
export function projectObject(
  object: KubeObject,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): ClusterObject {
  const { metadata, ...parts } = object as KubeObject & Fields;
  return { ...projectParts(parts, kind), apiVersion, kind, metadata: projectMeta(metadata, kind) };
}

const META = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'labels',
  'ownerReferences',
  'deletionTimestamp',
] as const;

function projectMeta(metadata: KubeObject['metadata'], kind: string): ClusterMeta {
  const kept = pick(metadata, META) as unknown as ClusterMeta;
  if (!metadata.annotations || kind === 'Pod') return kept;
  const annotations = { ...metadata.annotations };
  // kubectl's copy of the whole manifest
  delete annotations[LAST_APPLIED];
  return { ...kept, annotations };
}

function projectParts(parts: Fields, kind: string): Fields {
  switch (kind) {
    case 'Pod':
      return projectPod(parts);
    case 'Deployment':
      return { ...parts, status: withShortConditions((parts.status ?? {}) as Fields) };
    case 'HorizontalPodAutoscaler':
      return { spec: parts.spec, status: projectScaling((parts.status ?? {}) as Fields) };
    case 'Service':
    case 'PodDisruptionBudget':
    case 'HTTPRoute':
      // their statuses change all the time, and nobody reads them
      return { spec: parts.spec };
    case 'ServiceAccount':
      // it matters only that it exists, and whose it is
      return {};
    default:
      return parts;
  }
}

/** Pods are the many ones: only what a status needs. */
function projectPod(parts: Fields): Fields {
  const spec = (parts.spec ?? {}) as Fields;
  const status = (parts.status ?? {}) as Fields;
  return {
    spec: {
      containers: listOf(spec.containers).map(projectContainer),
      ...some('initContainers', listOf(spec.initContainers).map(projectContainer)),
    },
    status: {
      ...withShortConditions({
        ...pick(status, ['phase', 'reason', 'message']),
        // what holds of a pod is said by its containers; what does not, here
        ...some(
          'conditions',
          listOf(status.conditions).filter(({ status: is }) => is !== 'True'),
        ),
      }),
      ...some('containerStatuses', listOf(status.containerStatuses).map(projectState)),
      ...some('initContainerStatuses', listOf(status.initContainerStatuses).map(projectState)),
    },
  };
}

const projectContainer = (container: Fields): Fields =>
  pick(container, ['name', 'image', 'resources']);

const projectState = (status: Fields): Fields =>
  pick(status, ['name', 'image', 'ready', 'restartCount', 'state', 'lastState']);

/** Measured every 15 seconds: of all it says only whether it can scale, and since when not. */
function projectScaling({ conditions }: Fields): Fields {
  const active = listOf(conditions).filter(
    ({ type, status }) => type === 'ScalingActive' && status !== 'True',
  );
  const said = ['type', 'status', 'reason', 'message', 'lastTransitionTime'];
  return some(
    'conditions',
    active.map((condition) => pick(condition, said)),
  );
}

function some(key: string, list: readonly Fields[]): Fields {
  return list.length === 0 ? {} : { [key]: list };
}

/** Without their times, which change though nothing does. */
function withShortConditions(status: Fields): Fields {
  if (!Array.isArray(status.conditions)) return status;
  const short = (condition: Fields): Fields =>
    pick(condition, ['type', 'status', 'reason', 'message']);
  return { ...status, conditions: listOf(status.conditions).map(short) };
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

function pick(from: object, keys: readonly string[]): Fields {
  const source = from as Fields;
  return Object.fromEntries(keys.flatMap((key) => (key in source ? [[key, source[key]]] : [])));
}
