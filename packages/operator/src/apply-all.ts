import type { AppError, ClusterObject, Logger } from '@davit/domain';
import { readRevision } from '@davit/rollout';
import { applyChild } from './apply-child.ts';
import type { ApplyContext } from './apply-child.ts';
import { isOfOneChild, withFields } from './failure.ts';
import { boundClaims, freeClaim } from './free-claims.ts';
import { isClaimOf } from './ownership.ts';
import { render } from './render.ts';
import type { Rendered } from './render.ts';
import { staleChildren } from './stale-children.ts';

export interface Applied {
  /** in the order in which they came */
  failures: AppError[];
  /** spec paths that come to nothing in this cluster */
  unrendered: string[];
}

const CHANGES = ['created', 'updated', 'deleted'] as const;
type Change = (typeof CHANGES)[number];
const REASONS = { created: 'Created', updated: 'Updated', deleted: 'Deleted' } as const;

/** Makes all children as they should be. What was done stays done, and is told; what failed holds up nothing else. */
export async function applyAll(context: ApplyContext, logger: Logger): Promise<Applied> {
  const work = new Work(context);
  let unrendered: string[] = [];
  try {
    let live = context.cluster.children(context.rollout);
    if (await work.freeClaims(live)) live = context.cluster.children(context.rollout);
    const rendered = render(context.rollout, live, context.cluster);
    ({ unrendered } = rendered);
    await work.apply(rendered);
    await work.prune(live, rendered);
  } catch (error) {
    work.failures.push(withFields(error));
  }
  work.tell();
  for (const failure of work.failures) {
    if (failure.code === 'internal') logger.log('error', 'could not apply', { error: failure });
  }
  return { failures: work.failures, unrendered };
}

/** One run through the children. */
class Work {
  readonly #context: ApplyContext;
  readonly #done: Record<Change, ClusterObject[]> = { created: [], updated: [], deleted: [] };
  readonly failures: AppError[] = [];
  /** what is to run is not brought about */
  #held = false;

  constructor(context: ApplyContext) {
    this.#context = context;
  }

  /** Before all else: data is to be safe whatever is wrong with the spec. Answers whether there was any to free. */
  async freeClaims(live: readonly ClusterObject[]): Promise<boolean> {
    const bound = boundClaims(live, this.#context.rollout);
    for (const claim of bound) {
      const failure = await this.#try(() => freeClaim(claim, this.#context));
      if (!failure) this.#done.updated.push(claim);
      else if (!isOfOneChild(failure)) break;
    }
    return bound.length > 0;
  }

  /** One child that cannot be brought about does not hold up those that do without it. */
  async apply({ children, isAutoscaled }: Rendered): Promise<void> {
    const context = { ...this.#context, isAutoscaled };
    for (const child of children) {
      const failure = await this.#try(async () => {
        const applied = await applyChild(child, context);
        if (applied !== 'unchanged') this.#done[applied].push(child);
      });
      if (!failure) continue;
      const stops = !isOfOneChild(failure) || isNeeded(child, context);
      this.#held ||= stops || RUNS.has(child.kind);
      if (stops) return;
    }
  }

  /** Removes what is asked for no more, as far as that has nothing to do with what failed. */
  async prune(live: readonly ClusterObject[], { children, rolledBack }: Rendered): Promise<void> {
    if (this.failures.some(({ reason }) => reason === 'NotLeader')) return;
    const { cluster, rollout, signal } = this.#context;
    // what the failed spec brought stays for its correction, data above all
    const known = rolledBack ? live.filter((object) => !isClaim(object)) : live;
    for (const object of staleChildren(known, children, { rollout, held: this.#held })) {
      const failure = await this.#try(() => cluster.remove(object, signal));
      if (!failure) this.#done.deleted.push(object);
      else if (!isOfOneChild(failure)) return;
    }
  }

  /** One event for all children, not one each: an event is a write, too. */
  tell(): void {
    const { cluster, rollout } = this.#context;
    for (const change of CHANGES) {
      const reason = REASONS[change];
      const names = this.#done[change].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      if (names.length === 0) continue;
      const message = `${reason} ${[...new Set(names)].join(', ')}`;
      cluster.event(rollout, { type: 'Normal', reason, message });
    }
  }

  async #try(step: () => Promise<void>): Promise<AppError | undefined> {
    try {
      await step();
      return undefined;
    } catch (error) {
      const failure = withFields(error);
      this.failures.push(failure);
      return failure;
    }
  }
}

const RUNS = new Set(['Deployment', 'Job']);

/** Pods would not start without it, or with something else. A claim of ours serves them, though not as asked for. */
function isNeeded(child: ClusterObject, { cluster, rollout }: ApplyContext): boolean {
  if (isClaim(child)) {
    const live = cluster.find(child);
    return live === undefined || !isClaimOf(live, rollout);
  }
  if (readRevision(child)) return false;
  return ['ServiceAccount', 'Secret', 'ConfigMap'].includes(child.kind);
}

const isClaim = ({ kind }: ClusterObject): boolean => kind === 'PersistentVolumeClaim';
