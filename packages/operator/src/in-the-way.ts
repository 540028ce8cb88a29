import type { ClusterObject, FieldErrors } from '@davit/domain';
import { entryOf } from '@davit/rollout';

type Fields = Record<string, unknown>;

/**
 * Fields of which only one may be there (a value or where it comes from, this kind of probe or that one): one that
 * somebody else has set beside ours makes the API server refuse ours. Answers a merge patch that takes away what is
 * not ours where the API server complains; undefined where that is nothing.
 */
export function foreignChange(
  live: ClusterObject,
  desired: ClusterObject,
  complaints: FieldErrors,
): { spec: unknown } | undefined {
  const complaint = complaints.spec;
  if (complaint === undefined) return undefined;
  const spec = isLeaf(complaint)
    ? ownFields(live.spec, desired.spec)
    : withoutForeign(live.spec, desired.spec, complaint as FieldErrors);
  const change = changeOf(live.spec, spec);
  return change === undefined ? undefined : { spec: change };
}

function withoutForeign(live: unknown, desired: unknown, complaints: FieldErrors): unknown {
  if (!isFields(live) || !isFields(desired)) return live;
  const all = Object.entries(complaints);
  const result = all.some(([, about]) => isLeaf(about)) ? ownFields(live, desired) : { ...live };
  for (const [name, about] of all) {
    const [theirs, ours] = [result[name], desired[name]];
    if (theirs === undefined) continue;
    if (isLeaf(about)) result[name] = ownFields(theirs, ours);
    else if (!Array.isArray(theirs))
      result[name] = withoutForeign(theirs, ours, about as FieldErrors);
    else {
      result[name] = theirs.map((entry: unknown, index) => {
        const own = Array.isArray(ours) ? entryOf(ours, entry, name) : undefined;
        const at = (about as FieldErrors)[index];
        if (at === undefined || own === undefined) return entry;
        return isLeaf(at) ? ownFields(entry, own) : withoutForeign(entry, own, at as FieldErrors);
      });
    }
  }
  return result;
}

function ownFields(live: unknown, desired: unknown): Fields {
  if (!isFields(live) || !isFields(desired)) return live as Fields;
  return Object.fromEntries(Object.entries(live).filter(([name]) => Object.hasOwn(desired, name)));
}

/** A merge patch; lists change as a whole. */
function changeOf(before: unknown, after: unknown): unknown {
  if (!isFields(before) || !isFields(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
  }
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.entries(after).flatMap(([name, value]) => {
    const change = changeOf(before[name], value);
    return change === undefined ? [] : [[name, change] as const];
  });
  if (gone.length === 0 && changed.length === 0) return undefined;
  return {
    ...Object.fromEntries(gone.map((name) => [name, null])),
    ...Object.fromEntries(changed),
  };
}

const isLeaf = (complaint: unknown): boolean =>
  typeof (complaint as { message?: unknown }).message === 'string';

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
