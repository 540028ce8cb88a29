import { AppError } from '@davit/domain';
import type { ClusterObject, RolloutCluster } from '@davit/domain';
import type { Lease } from '@davit/controller';
import { ADOPT_FIRST, adoptFields, applyObject, createObject, FIELD_MANAGER } from './apply.ts';
import { isAlreadyExists } from './error.ts';
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

/** Versions of an object around a takeover of its fields. */
interface Adopted {
  before: string;
  after: string;
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

  networkPolicy(namespace: string): string | undefined {
    return this.#cache.namespaceLabel(namespace);
  }

  async create(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const { namespace } = object.metadata;
    const path = resourcePath(typeOf(object), { namespace });
    const call = this.#call(signal);
    this.#cache.observe(object, await createObject(this.#options.http, path, { object, ...call }));
  }

  async apply(given: ClusterObject, signal: AbortSignal): Promise<void> {
    const call = this.#call(signal);
    const { http } = this.#options;
    const path = pathOf(given);
    const adoption = this.#cache.entry(given)?.value.adoption ?? 'read';
    const object = adoption === 'none' ? given : await this.#adopted(given, adoption, call);
    this.#cache.observe(object, await applyObject(http, path, { object, ...call }));
  }

  async accepts(object: ClusterObject, signal: AbortSignal): Promise<boolean> {
    const { namespace } = object.metadata;
    const path = resourcePath(typeOf(object), { namespace });
    const query = { dryRun: 'All', fieldManager: FIELD_MANAGER };
    try {
      await this.#options.http.create(path, object, { query, ...this.#call(signal) });
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return true;
      if (AppError.is(error, 'invalid') || AppError.is(error, 'forbidden')) return false;
      throw error;
    }
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

  async patchStatus(
    rollout: ClusterObject,
    status: unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { namespace, name, resourceVersion } = rollout.metadata;
    const path = resourcePath(RESOURCES.Rollout, { namespace, name, subresource: 'status' });
    const body = { metadata: { resourceVersion }, status };
    const query = { fieldManager: FIELD_MANAGER };
    const options = { type: 'merge', query, ...this.#call(signal) } as const;
    const answer = await this.#options.http.patch<KubeObject>(path, body, options);
    this.#cache.observe(rollout, answer, { quiet: true });
    return (answer as KubeObject & { status?: unknown }).status;
  }

  event(rollout: ClusterObject, event: EventDetails): void {
    this.#events.record(rollout, event);
  }

  /** Takes its fields over; answers the object for the version it has then, where it was for one. */
  async #adopted(
    object: ClusterObject,
    adoption: 'first' | 'read',
    call: WriteCall,
  ): Promise<ClusterObject> {
    const path = pathOf(object);
    const { resourceVersion } = object.metadata;
    const answer =
      (adoption === 'first' ? await this.#adoptFirst(path, resourceVersion, call) : undefined) ??
      (await this.#adoptAll(path, call));
    if (resourceVersion === undefined || answer?.before !== resourceVersion) return object;
    return { ...object, metadata: { ...object.metadata, resourceVersion: answer.after } };
  }

  async #adoptAll(path: string, call: WriteCall): Promise<Adopted | undefined> {
    const { http } = this.#options;
    const live = await http.get<KubeObject>(path, call);
    const patch = adoptFields(live);
    if (!patch) return undefined;
    const answer = await http.patch<KubeObject>(path, patch, { type: 'json', ...call });
    return { before: versionOf(live), after: versionOf(answer) };
  }

  /** Undefined where the object has changed since it was cached. */
  async #adoptFirst(
    path: string,
    version: string | undefined,
    call: WriteCall,
  ): Promise<Adopted | undefined> {
    const same = { op: 'test', path: '/metadata/resourceVersion', value: version };
    const patch = version === undefined ? ADOPT_FIRST : [same, ...ADOPT_FIRST];
    try {
      const options = { type: 'json', ...call } as const;
      const answer = await this.#options.http.patch<KubeObject>(path, patch, options);
      return { before: version ?? '', after: versionOf(answer) };
    } catch (error) {
      if (AppError.is(error, 'invalid')) return undefined;
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

function versionOf({ metadata }: KubeObject): string {
  return metadata.resourceVersion ?? '';
}

function typeOf(object: ClusterObject): ResourceType {
  if (isKnownKind(object.kind)) return RESOURCES[object.kind];
  throw new AppError('unsupported', `Objects of kind ${object.kind} are not supported.`);
}

function pathOf(object: ClusterObject): string {
  const { namespace, name } = object.metadata;
  return resourcePath(typeOf(object), { namespace, name });
}
