import type { ClusterMeta, ClusterObject } from '@davit/domain';
import { hasForeignHistory } from './apply.ts';
import type { ManagedFields } from './apply.ts';
import type { KubeObject } from './kube-object.ts';

/** What the operator's caches keep of an object. */
export interface CachedObject {
  /** without resourceVersion, so that equal means "nothing we look at changed" */
  object: ClusterObject;
  /** fields have to be adopted before the first apply */
  history: boolean;
}

type Fields = Record<string, unknown>;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Items of a list lack apiVersion and kind, so they come from the caller. */
export function projectObject(
  object: KubeObject,
  type: { apiVersion: string; kind: string },
): CachedObject {
  const { metadata, ...parts } = object as KubeObject & Fields;
  const kept = projectParts(parts, type.kind);
  return {
    object: {
      ...kept,
      apiVersion: type.apiVersion,
      kind: type.kind,
      metadata: projectMeta(metadata),
    },
    history: hasForeignHistory(metadata.managedFields as ManagedFields[] | undefined),
  };
}

const META = [
  'name',
  'namespace',
  'uid',
  'generation',
  'labels',
  'ownerReferences',
  'creationTimestamp',
  'deletionTimestamp',
] as const;

function projectMeta(metadata: KubeObject['metadata']): ClusterMeta {
  const kept = pick(metadata, META) as unknown as ClusterMeta;
  if (!metadata.annotations) return kept;
  const annotations = { ...metadata.annotations };
  // kubectl's copy of the whole manifest
  delete annotations[LAST_APPLIED];
  return { ...kept, annotations };
}

function projectParts(parts: Fields, kind: string): Fields {
  if (kind === 'Pod') return projectPod(parts);
  // a ReplicaSet repeats its Deployment's template
  if (kind === 'ReplicaSet') return { status: parts.status };
  // of an account it matters only that it exists
  if (kind === 'ServiceAccount') return {};
  return parts;
}

/** Pods are the many ones: only what a status needs. */
function projectPod(parts: Fields): Fields {
  const spec = (parts.spec ?? {}) as Fields;
  const status = (parts.status ?? {}) as Fields;
  return {
    spec: {
      nodeName: spec.nodeName,
      containers: containers(spec.containers),
      initContainers: containers(spec.initContainers),
    },
    status: pick(status, [
      'phase',
      'reason',
      'message',
      'conditions',
      'containerStatuses',
      'initContainerStatuses',
      'podIP',
      'startTime',
    ]),
  };
}

function containers(list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  return list.map((container: Fields) => pick(container, ['name', 'image', 'resources']));
}

function pick(from: object, keys: readonly string[]): Fields {
  const source = from as Fields;
  return Object.fromEntries(keys.flatMap((key) => (key in source ? [[key, source[key]]] : [])));
}
