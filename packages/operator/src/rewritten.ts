import { hash } from 'node:crypto';
import type { ClusterObject } from '@davit/domain';
import { canonicalJson } from '@davit/rollout';

/** Some thousand Rollouts' worth. To forget one costs a write that changes nothing. */
const LIMIT = 10_000;

/**
 * Remembers objects that came out of an apply otherwise than they were asked for: by a default, or an admission webhook
 * that sets fields of its own. To ask for the same again would give the same.
 */
export class Rewritten {
  readonly #known = new Map<string, string>();

  /** Did an apply of this very object make the live one what it is? */
  isKnown(live: ClusterObject, desired: ClusterObject): boolean {
    return this.#known.get(idOf(live)) === gistOf(live, desired);
  }

  /** `live` is what an apply made of `desired`. */
  remember(live: ClusterObject, desired: ClusterObject): void {
    if (this.#known.size >= LIMIT) this.#known.clear();
    this.#known.set(idOf(live), gistOf(live, desired));
  }
}

const idOf = ({ kind, metadata }: ClusterObject): string => `${kind}/${metadata.uid ?? ''}`;

/** Without what changes by itself. */
function gistOf({ metadata, spec, data }: ClusterObject, desired: ClusterObject): string {
  const ours = Object.keys(desired.metadata.annotations ?? {});
  const annotations = ours.map((name) => metadata.annotations?.[name]);
  const fixed = { ...(spec as object | undefined), replicas: undefined };
  const { labels, ownerReferences } = metadata;
  const gist = { annotations, labels, ownerReferences, spec: fixed, data, desired: desired.spec };
  return hash('sha256', canonicalJson(gist));
}
