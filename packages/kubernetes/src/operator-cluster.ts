import { AppError } from '@davit/domain';
import type { ClusterObject, RolloutCluster } from '@davit/domain';
import type { Lease } from '@davit/controller';
import { ADOPT_FIRST, adoptFields, applyObject, createObject, FIELD_MANAGER } from './apply.ts';
import { EventRecorder } from './event-recorder.ts';
import type { EventDetails } from './event-recorder.ts';
import type { KubeObject } from './kube-object.ts';
import { OperatorCache } from './operator-cache.ts';
import type { OperatorCacheOptions, Refusal } from './operator-cache.ts';
import { projectObject } from './project-object.ts';
import { resourcePath } from './resource-path.ts';
import type { ResourceType } from './resource-path.ts';
import { isKnownKind, RESOURCES } from './resource-types.ts';

export interface OperatorClusterOptions extends OperatorCacheOptions {
  lease: Lease;
  /** this process, in events */
  identity: string;
}

interface WriteCall {
  signal: AbortSignal;
  allowed: () => void;
}

/** The operator's view of a cluster, and writes that only a leader may make. */
export class OperatorCluster implements RolloutCluster {
  readonly #options: OperatorClusterOptions;
  readonly #cache: OperatorCache;
  readonly #events: EventRecorder;

  constructor(options: OperatorClusterOptions) {
    this.#options = options;
    const { http, identity, clock, logger } = options;
    this.#events = new EventRecorder({
      http,
      component: 'davit-operator',
      instance: identity,
      allowed: () => options.lease.held,
      ...(clock ? { clock } : {}),
      ...(logger ? { logger } : {}),
    });
    this.#cache = new OperatorCache(options);
  }

  /**
   * True once all caches are filled, but for those of namespaces where rights are missing: these are served when the
   * rights come. False when `run` ended before.
   */
  synced(): Promise<boolean> {
    return this.#cache.synced();
  }

  /** Namespaces where rights are missing, and what the API server says about them. */
  refusals(): Refusal[] {
    return this.#cache.refusals();
  }

  /** Keeps the caches up to date until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#cache.run(signal);
  }

  /** Writes the events that wait, for as long as this lasts at most. Call before leadership is given back. */
  flushEvents(ms: number): Promise<void> {
    return this.#events.flush(ms);
  }

  /** Keys of all cached Rollouts. */
  keys(): string[] {
    return this.#cache.keys();
  }

  /** Where every Rollout stands, by its own status. */
  phases(): Iterable<{ namespace: string; name: string; phase: string }> {
    return this.#cache.phases();
  }

  rollout(key: string): ClusterObject | undefined {
    return this.#cache.rollout(key);
  }

  children(rollout: ClusterObject): ClusterObject[] {
    return this.#cache.children(rollout);
  }

  find(object: ClusterObject): ClusterObject | undefined {
    return this.#cache.find(object);
  }

  async read(object: ClusterObject, signal: AbortSignal): Promise<ClusterObject | undefined> {
    try {
      const live = await this.#options.http.get<KubeObject>(pathOf(object), { signal });
      return projectObject(live, typeOf(object));
    } catch (error) {
      if (AppError.is(error, 'not_found')) return undefined;
      throw error;
    }
  }

  serves(kind: string): boolean {
    return this.#cache.serves(kind);
  }

  async create(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const { namespace } = object.metadata;
    const path = resourcePath(typeOf(object), { namespace });
    const call = this.#call(signal);
    this.#cache.observe(object, await createObject(this.#options.http, path, { object, ...call }));
  }

  async apply(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const call = this.#call(signal);
    const { http } = this.#options;
    const path = pathOf(object);
    const adoption = this.#cache.entry(object)?.value.adoption ?? 'read';
    if (adoption !== 'none') await this.#adoptFields(path, adoption, call);
    this.#cache.observe(object, await applyObject(http, path, { object, ...call }));
  }

  async patch(object: ClusterObject, change: unknown, signal: AbortSignal): Promise<void> {
    const { metadata, ...rest } = (change ?? {}) as { metadata?: object };
    const { resourceVersion } = object.metadata;
    const body = { ...rest, metadata: { ...metadata, resourceVersion } };
    const query = { fieldManager: FIELD_MANAGER };
    const { http } = this.#options;
    const answer = await http.patch<KubeObject>(pathOf(object), body, {
      type: 'merge',
      query,
      ...this.#call(signal),
    });
    this.#cache.observe(object, answer);
  }

  async remove(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const { uid } = object.metadata;
    const options = { ...this.#call(signal), ...(uid ? { uid } : {}) };
    try {
      await this.#options.http.delete(pathOf(object), options);
    } catch (error) {
      if (!AppError.is(error, 'not_found')) throw error;
    }
  }

  async patchStatus(rollout: ClusterObject, status: unknown, signal: AbortSignal): Promise<void> {
    const { namespace, name, resourceVersion } = rollout.metadata;
    const path = resourcePath(RESOURCES.Rollout, { namespace, name, subresource: 'status' });
    const body = { metadata: { resourceVersion }, status };
    const query = { fieldManager: FIELD_MANAGER };
    const options = { type: 'merge', query, ...this.#call(signal) } as const;
    const answer = await this.#options.http.patch<KubeObject>(path, body, options);
    this.#cache.observe(rollout, answer, { quiet: true });
  }

  event(rollout: ClusterObject, event: EventDetails): void {
    this.#events.record(rollout, event);
  }

  async #adoptFields(path: string, adoption: 'first' | 'read', call: WriteCall): Promise<void> {
    if (adoption === 'first' && (await this.#isFirstAdopted(path, call))) return;
    const { http } = this.#options;
    const patch = adoptFields(await http.get<KubeObject>(path, call));
    if (patch) await http.patch(path, patch, { type: 'json', ...call });
  }

  /** False where the object has changed since it was cached. */
  async #isFirstAdopted(path: string, call: WriteCall): Promise<boolean> {
    try {
      await this.#options.http.patch(path, ADOPT_FIRST, { type: 'json', ...call });
      return true;
    } catch (error) {
      if (AppError.is(error, 'invalid')) return false;
      throw error;
    }
  }

  /** Leadership may go while a request waits for its next attempt, or this process for its next turn. */
  #call(signal: AbortSignal): WriteCall {
    const allowed = (): void => {
      if (this.#options.lease.held) return;
      throw new AppError('conflict', 'This operator does not lead.', {
        reason: 'NotLeader',
        retryAfterMs: 1_000,
      });
    };
    return { signal, allowed };
  }
}

function typeOf(object: ClusterObject): ResourceType {
  if (isKnownKind(object.kind)) return RESOURCES[object.kind];
  throw new AppError('unsupported', `Objects of kind ${object.kind} are not supported.`);
}

function pathOf(object: ClusterObject): string {
  const { namespace, name } = object.metadata;
  return resourcePath(typeOf(object), { namespace, name });
}
