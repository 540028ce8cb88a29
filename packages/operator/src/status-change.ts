import { canonicalJson, isFields } from '@davit/rollout';
import type { RolloutStatus } from '@davit/rollout';

/** A merge patch from one status to another, fields that are gone as null; undefined when they are equal. */
export function statusChange(
  before: RolloutStatus | undefined,
  after: RolloutStatus,
): Record<string, unknown> | undefined {
  const old: Record<string, unknown> = { ...before };
  const change: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    if (canonicalJson(old[key]) !== canonicalJson(value)) change[key] = patchOf(old[key], value);
  }
  for (const key of Object.keys(old)) if (!Object.hasOwn(after, key)) change[key] = null;
  return Object.keys(change).length === 0 ? undefined : change;
}

/** Inside objects a merge keeps what is not named, so that what went has to be named. */
function patchOf(before: unknown, after: unknown): unknown {
  if (!isFields(before) || !isFields(after)) return after;
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return { ...after, ...Object.fromEntries(gone.map((key) => [key, null])) };
}
