import { ANNOTATIONS } from '@davit/rollout';
import type { KubeHttp } from './kube-http.ts';
import type { KubeMeta, KubeObject } from './kube-object.ts';

/** Who owns the fields that Davit sets on objects in the cluster. */
export const FIELD_MANAGER = 'davit-operator';
/** The original operator, and every other one that was not given a name. */
const ORIGINAL_MANAGER = 'manager';

interface FieldsV1 {
  [key: string]: FieldsV1;
}
export interface ManagedFields {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  subresource?: string;
  fieldsType?: string;
  fieldsV1?: FieldsV1;
}

export interface ApplyOptions {
  signal?: AbortSignal | undefined;
  /** ask whether the server would take it; nothing changes */
  dryRun?: boolean;
  allowed?: (() => void) | undefined;
}

/** POST, with our field manager on record. Half the price of an apply, but see `adoptFields`. */
export function createObject<T>(
  http: KubeHttp,
  path: string,
  write: { object: KubeObject } & Omit<ApplyOptions, 'dryRun'>,
): Promise<T> {
  const { object, ...options } = write;
  return http.create<T>(path, object, { query: { fieldManager: FIELD_MANAGER }, ...options });
}

/**
 * Server-side apply: sets the given fields, removes those we applied before and do not give any more, leaves the
 * rest alone. Takes fields over from whoever else set them.
 */
export function applyObject<T>(
  http: KubeHttp,
  path: string,
  write: { object: KubeObject } & ApplyOptions,
): Promise<T> {
  const { object, dryRun, ...options } = write;
  const query = { fieldManager: FIELD_MANAGER, force: true, ...(dryRun ? { dryRun: 'All' } : {}) };
  return http.patch<T>(path, object, { type: 'apply', query, ...options });
}

/**
 * What has to be adopted before the first apply: nothing; the first entry, known without a look to be all (an object
 * of our own create); or whatever a look shows.
 */
export type Adoption = 'none' | 'first' | 'read';

/** Do fields belong to us through writes other than apply, or to the original operator? */
export function adoptionOf(metadata: KubeMeta): Adoption {
  const entries = entriesOf(metadata);
  const absorbed = entries.filter(absorbedIn(metadata));
  const [first] = entries;
  if (absorbed.length === 0) return 'none';
  const ours = first === absorbed[0] && first?.manager === FIELD_MANAGER;
  return ours && absorbed.length === 1 && !entries.some(isOurApply) ? 'first' : 'read';
}

/** JSON patch for `first`; fails with `invalid` where the first entry is another one by now. */
export const ADOPT_FIRST: readonly object[] = [
  { op: 'test', path: '/metadata/managedFields/0/manager', value: FIELD_MANAGER },
  { op: 'test', path: '/metadata/managedFields/0/operation', value: 'Update' },
  { op: 'replace', path: '/metadata/managedFields/0/operation', value: 'Apply' },
];

/**
 * Ownership by POST and ownership by apply are two different owners: what one of them set, an apply by the other
 * never removes. Before the first apply to an object that was created by POST (ours), or written by the original
 * operator (its manager is called `manager`), these entries are joined into our apply's one.
 * Answers a JSON patch, guarded by the object's version; undefined when there is nothing to do.
 */
export function adoptFields(object: KubeObject): unknown[] | undefined {
  const entries = entriesOf(object.metadata);
  const isAbsorbed = absorbedIn(object.metadata);
  const absorbed = entries.filter((entry) => isAbsorbed(entry) || isOurApply(entry));
  if (!absorbed.some(isAbsorbed)) return undefined;
  const merged: ManagedFields = {
    ...absorbed[0],
    manager: FIELD_MANAGER,
    operation: 'Apply',
    fieldsV1: absorbed.map((entry) => entry.fieldsV1 ?? {}).reduce(union, {}),
  };
  const value = [...entries.filter((entry) => !absorbed.includes(entry)), merged];
  return [
    { op: 'replace', path: '/metadata/managedFields', value },
    { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
  ];
}

function entriesOf({ managedFields }: KubeMeta): readonly ManagedFields[] {
  return (managedFields ?? []) as readonly ManagedFields[];
}

/** Which entries of an object are ours to apply. */
function absorbedIn({ annotations }: KubeMeta): (entry: ManagedFields) => boolean {
  // many operators are called `manager`: what writes to an object that is Davit's already is not the original
  const isOurs = annotations?.[ANNOTATIONS.appliedHash] !== undefined;
  const managers = isOurs ? [FIELD_MANAGER] : [FIELD_MANAGER, ORIGINAL_MANAGER];
  return ({ manager = '', operation, subresource }) =>
    managers.includes(manager) && operation === 'Update' && !subresource;
}

function isOurApply(entry: ManagedFields): boolean {
  return entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && !entry.subresource;
}

function union(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const result = { ...a };
  for (const [key, fields] of Object.entries(b)) result[key] = union(result[key] ?? {}, fields);
  return result;
}
