import type { ClusterObject, FieldErrors } from '@davit/domain';
import { entryOf, isFields } from '@davit/rollout';

type Fields = Record<string, unknown>;

/**
 * Fields of which only one may be there (a value or where it comes from, this kind of probe or that one): one that
 * somebody else has set beside ours makes the API server refuse ours. Answers a merge patch that puts ours in their
 * place where the API server complains; undefined where that changes nothing.
 */
export function foreignChange(
  live: ClusterObject,
  desired: ClusterObject,
  complaints: FieldErrors,
): { spec: unknown } | undefined {
  const { spec: complaint } = complaints;
  if (complaint === undefined) return undefined;
  const spec = isLeaf(complaint)
    ? ownFields(live.spec, desired.spec)
    : alone(live.spec, desired.spec, complaint as FieldErrors);
  const change = changeOf(live.spec, spec);
  return change === undefined ? undefined : { spec: change };
}

function alone(live: unknown, desired: unknown, complaints: FieldErrors): unknown {
  if (!isFields(live) || !isFields(desired)) return live;
  const all = Object.entries(complaints);
  const result = all.some(([, about]) => isLeaf(about)) ? ownFields(live, desired) : { ...live };
  for (const [name, about] of all) {
    const [theirs, ours] = [live[name], desired[name]];
    if (theirs === undefined || ours === undefined) continue;
    if (isLeaf(about)) result[name] = ours;
    else if (Array.isArray(theirs)) result[name] = entriesAlone(theirs, ours, { name, about });
    else result[name] = alone(theirs, ours, about as FieldErrors);
  }
  return result;
}

function entriesAlone(
  live: unknown[],
  desired: unknown,
  { name, about }: { name: string; about: unknown },
): unknown[] {
  return live.map((entry, index) => {
    const own = Array.isArray(desired) ? entryOf(desired, entry, name) : undefined;
    const complaint = (about as FieldErrors)[index];
    if (complaint === undefined || own === undefined) return entry;
    return isLeaf(complaint) ? ownFields(entry, own) : alone(entry, own, complaint as FieldErrors);
  });
}

/** What we say, and below it what others add. */
function ownFields(live: unknown, desired: unknown): Fields {
  if (!isFields(live) || !isFields(desired)) return desired as Fields;
  const shared = Object.entries(desired).map(([name, value]) => [
    name,
    typeof live[name] === 'object' && typeof value === 'object' ? live[name] : value,
  ]);
  return Object.fromEntries(shared) as Fields;
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
