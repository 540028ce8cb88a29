import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ClusterMeta, ClusterObject } from '@davit/domain';
import { adoptionOf } from './apply.ts';
import type { Adoption } from './apply.ts';
import type { KubeObject } from './kube-object.ts';
import { projectObject } from './project-object.ts';
import type { ResourceType } from './resource-path.ts';
import type { StoreEntry } from './store.ts';

/** What the operator's caches keep of an object. */
export interface PackedObject {
  /** deflated JSON; equal where nothing we look at changed */
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

/** Thousands of objects of one kind are much alike: each is what it differs in from the first one, a tenth of its size. */
const FORMAT = { level: 1, memLevel: 5, windowBits: 13 } as const;
const WINDOW = 2 ** FORMAT.windowBits;

/**
 * Objects of one kind as a cache keeps thousands of them that nobody looks at: what a reconcile needs of them, deflated
 * with the first one as the dictionary.
 */
export class ObjectPacker {
  readonly #options: ObjectPackerOptions;
  #dictionary: Buffer | undefined;

  constructor(options: ObjectPackerOptions) {
    this.#options = options;
  }

  pack(object: KubeObject): PackedObject {
    const { type, about } = this.#options;
    const projected = projectObject(object, type);
    const { phase } = (projected.status ?? {}) as { phase?: string };
    return {
      packed: this.#deflate(JSON.stringify(withoutPlace(projected))),
      about: about(projected),
      adoption: adoptionOf(object.metadata),
      generation: projected.metadata.generation,
      phase,
    };
  }

  /** A copy of its own for whoever asks. */
  unpack({ key, uid, resourceVersion, value }: StoreEntry<PackedObject>): ClusterObject {
    const { apiVersion, kind } = this.#options.type;
    const parts = JSON.parse(this.#inflate(value.packed)) as { metadata: Partial<ClusterMeta> };
    const [namespace = '', name = ''] = key.split('/');
    const place = namespace === '' ? { name } : { name, namespace };
    const metadata = { ...parts.metadata, ...place, uid, resourceVersion };
    return { ...parts, apiVersion, kind, metadata };
  }

  #deflate(text: string): string {
    // only so much of its end is ever looked at, and a first object may be a large one
    this.#dictionary ??= Buffer.from(Buffer.from(text).subarray(-WINDOW));
    const packed = deflateRawSync(text, { ...FORMAT, dictionary: this.#dictionary });
    // a string takes a fraction of what a small buffer does
    return packed.toString('latin1');
  }

  #inflate(packed: string): string {
    const bytes = Buffer.from(packed, 'latin1');
    const { windowBits } = FORMAT;
    const dictionary = this.#dictionary;
    return inflateRawSync(bytes, { windowBits, ...(dictionary ? { dictionary } : {}) }).toString();
  }
}

/** What `JSON.stringify` leaves out need not be taken out. */
function withoutPlace(object: ClusterObject): object {
  const gone = undefined;
  const nowhere = { name: gone, namespace: gone, uid: gone, resourceVersion: gone };
  const metadata = { ...object.metadata, ...nowhere };
  return { ...object, apiVersion: undefined, kind: undefined, metadata };
}
