import type { ClusterMeta, ClusterObject } from '@davit/domain';
import { adoptionOf } from './apply.ts';
import type { Adoption } from './apply.ts';
import type { KubeObject } from './kube-object.ts';
import { projectObject } from './project-object.ts';
import type { ResourceType } from './resource-path.ts';
import type { StoreEntry } from './store.ts';
import { TextShapes } from './text-shapes.ts';

/** What the operator's caches keep of an object. */
export interface PackedObject {
  /** JSON, packed; equal where nothing we look at changed */
  readonly packed: string;
  /** keys of the Rollouts it concerns */
  readonly about: readonly string[];
  readonly adoption: Adoption;
  readonly generation: number | undefined;
  /** of its status */
  readonly phase: string | undefined;
}

export interface ObjectPackerOptions {
  type: Pick<ResourceType, 'apiVersion' | 'kind'>;
  about: (object: ClusterObject) => readonly string[];
}

/**
 * Objects of one kind as a cache keeps thousands of them that nobody looks at: what a reconcile needs of them, as far
 * as they differ from each other.
 */
export class ObjectPacker {
  readonly #options: ObjectPackerOptions;
  readonly #shapes = new TextShapes();

  constructor(options: ObjectPackerOptions) {
    this.#options = options;
  }

  pack(object: KubeObject): PackedObject {
    const { type, about } = this.#options;
    const projected = projectObject(object, type);
    const { phase } = (projected.status ?? {}) as { phase?: string };
    return {
      packed: this.#shapes.pack(JSON.stringify(withoutPlace(projected))),
      about: about(projected),
      adoption: adoptionOf(object.metadata),
      generation: projected.metadata.generation,
      phase,
    };
  }

  /** A copy of its own for whoever asks. */
  unpack({ key, uid, resourceVersion, value }: StoreEntry<PackedObject>): ClusterObject {
    const { apiVersion, kind } = this.#options.type;
    const parts = JSON.parse(this.#shapes.unpack(value.packed)) as {
      metadata: Partial<ClusterMeta>;
    };
    const [namespace = '', name = ''] = key.split('/');
    const place = namespace === '' ? { name } : { name, namespace };
    const metadata = { ...parts.metadata, ...place, uid, resourceVersion };
    return { ...parts, apiVersion, kind, metadata };
  }
}

/** What `JSON.stringify` leaves out need not be taken out. */
function withoutPlace(object: ClusterObject): object {
  const gone = undefined;
  const nowhere = { name: gone, namespace: gone, uid: gone, resourceVersion: gone };
  const metadata = { ...object.metadata, ...nowhere };
  return { ...object, apiVersion: undefined, kind: undefined, metadata };
}
