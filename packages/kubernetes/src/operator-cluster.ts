import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@davit/domain';
import type { Clock, ClusterObject, Logger, RolloutCluster } from '@davit/domain';
import type { Lease } from '@davit/controller';
import { adoptFields, applyObject, createObject, FIELD_MANAGER } from './apply.ts';
import { EventRecorder } from './event-recorder.ts';
import type { EventDetails } from './event-recorder.ts';
import type { KubeHttp } from './kube-http.ts';
import type { KubeObject } from './kube-object.ts';
import { projectObject } from './project-object.ts';
import type { CachedObject } from './project-object.ts';
import { Reflector } from './reflector.ts';
import type { Change } from './reflector.ts';
import { resourcePath } from './resource-path.ts';
import { isKnownKind, RESOURCES } from './resource-types.ts';
import type { KnownKind } from './resource-types.ts';
import { keyOf, Store } from './store.ts';
import type { StoreEntry } from './store.ts';

export interface OperatorClusterOptions {
  http: KubeHttp;
  /** watch only these; all namespaces when empty */
  namespaces: readonly string[];
  /** kinds of children to cache: objects that carry `ownerLabel` */
  childKinds: readonly KnownKind[];
  /** kinds to cache whole, because some that matter carry no label */
  wholeKinds: readonly KnownKind[];
  /** kinds of children that come with extensions the cluster may lack */
  optionalKinds: readonly KnownKind[];
  /** children carry it, with the Rollout's name as value */
  ownerLabel: string;
  lease: Lease;
  /** a Rollout `namespace/name`, or one of its children, changed */
  onChange: (key: string) => void;
  onState?: (kind: string, state: { connected: boolean; message: string }) => void;
  /** this process, in events */
  identity: string;
  logger?: Logger;
  clock?: Clock;
}

interface WriteCall {
  signal: AbortSignal;
  allowed: () => void;
}

type Cache = Store<CachedObject>;
type Watcher = Reflector<KubeObject, CachedObject>;

/** The operator's view of a cluster: one cache a kind, and writes that only a leader may make. */
export class OperatorCluster implements RolloutCluster {
  readonly #options: OperatorClusterOptions;
  readonly #caches = new Map<string, Cache>();
  /** by kind and namespace ('' = all) */
  readonly #watchers = new Map<string, Watcher>();
  readonly #events: EventRecorder;
  /** optional kinds the API server does not have */
  readonly #missing = new Set<string>();

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
    for (const kind of this.#kinds()) this.#open(kind);
  }

  /** True once all caches are filled; false when `run` ended before. */
  async synced(): Promise<boolean> {
    const all = await Promise.all([...this.#watchers.values()].map((watcher) => watcher.synced));
    return all.every(Boolean);
  }

  /** Keeps the caches up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#watchers.values()].map((watcher) => watcher.run(signal)));
    await this.#events.flush();
  }

  /** Keys of all cached Rollouts. */
  keys(): string[] {
    return [...this.#cache('Rollout').entries()].map((entry) => entry.key);
  }

  /** Where every Rollout stands, by its own status. */
  *phases(): Generator<{ namespace: string; name: string; phase: string }> {
    for (const { value } of this.#cache('Rollout').entries()) {
      const { metadata, status } = value.object;
      const { phase = 'Pending' } = (status ?? {}) as { phase?: string };
      yield { namespace: metadata.namespace ?? '', name: metadata.name, phase };
    }
  }

  rollout(key: string): ClusterObject | undefined {
    const entry = this.#cache('Rollout').get(key);
    return entry && withVersion(entry);
  }

  children(rollout: ClusterObject): ClusterObject[] {
    const key = keyOf(rollout.metadata);
    const kinds = this.#kinds().filter((kind) => kind !== 'Rollout');
    return kinds.flatMap((kind) => {
      const cache = this.#cache(kind);
      const found = new Set(cache.by('rollout', key));
      for (const entry of cache.by('owner', rollout.metadata.uid ?? '')) found.add(entry);
      return [...found].map(withVersion);
    });
  }

  find(object: ClusterObject): ClusterObject | undefined {
    const entry = this.#caches.get(object.kind)?.get(keyOf(object.metadata));
    return entry && withVersion(entry);
  }

  async read(object: ClusterObject, signal: AbortSignal): Promise<ClusterObject | undefined> {
    try {
      const live = await this.#options.http.get<KubeObject>(pathOf(object), { signal });
      const { metadata } = live;
      return withVersion({
        key: keyOf(metadata),
        uid: metadata.uid ?? '',
        resourceVersion: metadata.resourceVersion ?? '',
        value: projectObject(live, object),
      });
    } catch (error) {
      if (AppError.is(error, 'not_found')) return undefined;
      throw error;
    }
  }

  serves(kind: string): boolean {
    return !this.#missing.has(kind);
  }

  async create(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const { namespace } = object.metadata;
    const path = resourcePath(typeOf(object), { namespace });
    const call = this.#call(signal);
    this.#observe(object, await createObject(this.#options.http, path, { object, ...call }));
  }

  async apply(object: ClusterObject, signal: AbortSignal): Promise<void> {
    const call = this.#call(signal);
    const { http } = this.#options;
    const path = pathOf(object);
    const cached = this.#cache(object.kind).get(keyOf(object.metadata));
    if (cached?.value.history ?? true) await this.#adoptFields(path, call);
    this.#observe(object, await applyObject(http, path, { object, ...call }));
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
    this.#observe(object, answer);
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
    this.#observe(rollout, await this.#options.http.patch(path, body, options));
  }

  event(rollout: ClusterObject, event: EventDetails): void {
    this.#events.record(rollout, event);
  }

  #kinds(): KnownKind[] {
    const { childKinds, wholeKinds, optionalKinds } = this.#options;
    return [...new Set<KnownKind>(['Rollout', ...childKinds, ...wholeKinds, ...optionalKinds])];
  }

  async #adoptFields(path: string, call: WriteCall): Promise<void> {
    const { http } = this.#options;
    const patch = adoptFields(await http.get<KubeObject>(path, call));
    if (patch) await http.patch(path, patch, { type: 'json', ...call });
  }

  #open(kind: KnownKind): void {
    const { http, namespaces, optionalKinds, ownerLabel, onState, logger, clock } = this.#options;
    const whole = kind === 'Rollout' || this.#options.wholeKinds.includes(kind);
    const store: Cache = new Store({
      rollout: ({ value }) => rolloutKeys(value.object, ownerLabel),
      owner: ({ value }) => (value.object.metadata.ownerReferences ?? []).map(({ uid }) => uid),
    });
    this.#caches.set(kind, store);
    const type = RESOURCES[kind];
    for (const namespace of namespaces.length === 0 ? [''] : namespaces) {
      const watcher: Watcher = new Reflector({
        http,
        path: resourcePath(type, namespace === '' ? {} : { namespace }),
        ...(whole ? {} : { labelSelector: ownerLabel }),
        store,
        project: (object) => projectObject(object, type),
        onChange: (change) => this.#changed(kind, change),
        onState: (state) => onState?.(kind, state),
        ...(optionalKinds.includes(kind)
          ? { onServed: (served: boolean) => this.#served(kind, served) }
          : {}),
        ...(logger ? { logger } : {}),
        ...(clock ? { clock } : {}),
      });
      this.#watchers.set(`${kind}/${namespace}`, watcher);
    }
  }

  /** An extension came or went: whoever asks for its kind is looked at again. */
  #served(kind: KnownKind, served: boolean): void {
    const changed = served ? this.#missing.delete(kind) : !this.#missing.has(kind);
    if (!served) this.#missing.add(kind);
    if (changed) for (const key of this.keys()) this.#options.onChange(key);
  }

  #changed(kind: KnownKind, change: Change<CachedObject>): void {
    const { entry, previous } = change;
    const { object } = entry.value;
    if (change.type === 'modified' && isDeepStrictEqual(previous?.value.object, object)) return;
    if (kind === 'Rollout') return this.#options.onChange(entry.key);
    const keys = [...rolloutKeys(object, this.#options.ownerLabel), ...ownerKeys(object)];
    // a child that lost its label is missing where it was
    if (previous) keys.push(...rolloutKeys(previous.value.object, this.#options.ownerLabel));
    // anybody in the namespace may use what belongs to nobody, such as a shared ServiceAccount
    if (keys.length === 0) keys.push(...this.#neighbours(object.metadata.namespace));
    for (const key of new Set(keys)) this.#options.onChange(key);
  }

  #neighbours(namespace = ''): string[] {
    return this.keys().filter((key) => key.startsWith(`${namespace}/`));
  }

  #observe(object: ClusterObject, answer: KubeObject): void {
    const namespace = object.metadata.namespace ?? '';
    const { kind } = object;
    const watcher =
      this.#watchers.get(`${kind}/`) ?? this.#watchers.get(`${kind}/${namespace}`) ?? undefined;
    watcher?.observe(answer);
  }

  #cache(kind: string): Cache {
    const cache = this.#caches.get(kind);
    if (!cache) throw new AppError('internal', `No cache of kind ${kind}.`);
    return cache;
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

function withVersion(entry: StoreEntry<CachedObject>): ClusterObject {
  const { object } = entry.value;
  const { resourceVersion } = entry;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** Rollouts an object is about, by its label or by what it scales. */
function rolloutKeys(object: ClusterObject, label: string): string[] {
  const namespace = object.metadata.namespace ?? '';
  const { scaleTargetRef: target } = (object.spec ?? {}) as {
    scaleTargetRef?: { kind: string; name: string };
  };
  const names = [
    object.metadata.labels?.[label],
    target?.kind === 'Deployment' ? target.name : undefined,
  ];
  return names.flatMap((name) => (name === undefined ? [] : [`${namespace}/${name}`]));
}

function ownerKeys(object: ClusterObject): string[] {
  const owners = object.metadata.ownerReferences ?? [];
  return owners
    .filter((owner) => owner.kind === 'Rollout')
    .map((owner) => `${object.metadata.namespace ?? ''}/${owner.name}`);
}

function typeOf(object: ClusterObject): { apiVersion: string; plural: string } {
  if (isKnownKind(object.kind)) return RESOURCES[object.kind];
  throw new AppError('unsupported', `Objects of kind ${object.kind} are not supported.`);
}

function pathOf(object: ClusterObject): string {
  const { namespace, name } = object.metadata;
  return resourcePath(typeOf(object), { namespace, name });
}
