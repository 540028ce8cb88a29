import { AppError } from '@davit/domain';
import type { Clock, ClusterObject, Logger } from '@davit/domain';
import type { KubeHttp } from './kube-http.ts';
import type { KubeObject } from './kube-object.ts';
import { ObjectPacker } from './packed-object.ts';
import { NamespaceLabels } from './namespace-labels.ts';
import type { PackedObject } from './packed-object.ts';
import { Reflector } from './reflector.ts';
import type { Change } from './reflector.ts';
import { resourcePath } from './resource-path.ts';
import { RESOURCES } from './resource-types.ts';
import type { KnownKind } from './resource-types.ts';
import { concerns, rolloutsOf } from './rollouts-of.ts';
import { keyOf, Store } from './store.ts';
import type { StoreEntry } from './store.ts';
import { Turns } from './turns.ts';
import { WatchedNamespace } from './watched-namespace.ts';
import type { NamespaceChange } from './watched-namespace.ts';

export interface OperatorCacheOptions {
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
  /** of namespaces, whose values are cached; only where all namespaces are watched: it takes a right to all of them */
  namespaceLabel?: string;
  /** A Rollout `namespace/name`, or one of its children, changed; `asked`: something else is asked for. */
  onChange: (key: string, asked: boolean) => void;
  /** whether the watch of a kind in a namespace ('' = all) is open: said of each at first, then when it changes */
  onState?: (watch: { kind: string; namespace: string }, state: { connected: boolean }) => void;
  logger?: Logger;
  clock?: Clock;
}

/** A namespace to which rights are missing. */
export interface Refusal {
  namespace: string;
  reason: string;
}

/** A page takes far more memory than what is kept of it, and what was taken once is hardly given back. */
const PAGE = 200;
const LISTS_AT_ONCE = 2;

const BY_ROLLOUT = { rollout: ({ value }: StoreEntry<PackedObject>) => value.about };
const BY_NAMESPACE = { namespace: ({ key }: { key: string }) => [namespaceOf(key)] };

interface Cache {
  store: Store<PackedObject>;
  packer: ObjectPacker;
}
type Watcher = Reflector<KubeObject, PackedObject>;

/**
 * The operator's view of a cluster: what there is of each kind, kept up to date, in little memory. Of a namespace that
 * is not known completely it shows nothing.
 */
export class OperatorCache {
  readonly #options: OperatorCacheOptions;
  readonly #caches = new Map<string, Cache>();
  /** by kind and namespace ('' = all) */
  readonly #watchers = new Map<string, Watcher>();
  /** by name ('' = all) */
  readonly #namespaces = new Map<string, WatchedNamespace>();
  readonly #labels: NamespaceLabels | undefined;
  readonly #synced = Promise.withResolvers<boolean>();
  readonly #turns = new Turns(LISTS_AT_ONCE);
  /** optional kinds the API server does not have */
  readonly #missing = new Set<string>();

  constructor(options: OperatorCacheOptions) {
    this.#options = options;
    for (const name of options.namespaces.length === 0 ? [''] : options.namespaces) {
      const changed = (change: NamespaceChange): void => this.#namespaceChanged(name, change);
      this.#namespaces.set(name, new WatchedNamespace(name, changed));
    }
    for (const kind of this.#kinds()) this.#open(kind);
    this.#labels = this.#openLabels();
  }

  /**
   * True once all caches are filled, but for those of namespaces where rights are missing: these are served when the
   * rights come. False when `run` ended before.
   */
  synced(): Promise<boolean> {
    return this.#synced.promise;
  }

  /** Namespaces where rights are missing, and what the API server says about them. */
  refusals(): Refusal[] {
    return [...this.#namespaces.values()].flatMap(({ name, refusal }) =>
      refusal === undefined ? [] : [{ namespace: name, reason: refusal }],
    );
  }

  /** Keeps the caches up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const kinds = [...this.#kinds(), ...(this.#labels ? ['Namespace'] : [])];
    for (const kind of kinds) {
      for (const namespace of this.#namespaces.keys()) {
        this.#options.onState?.({ kind, namespace }, { connected: false });
      }
    }
    const watchers = [...this.#watchers.values(), ...(this.#labels ? [this.#labels] : [])];
    await Promise.all(watchers.map((watcher) => watcher.run(signal)));
    this.#synced.resolve(false);
  }

  /** Keys of all Rollouts. */
  keys(): string[] {
    const served = [...this.#namespaces.values()].filter((namespace) => namespace.served);
    return served.flatMap(({ name }) => this.#keysIn(name));
  }

  rollout(key: string): ClusterObject | undefined {
    return this.#isServed(namespaceOf(key)) ? find(this.#cache('Rollout'), key) : undefined;
  }

  /** Where every Rollout stands, by its own status. */
  *phases(): Generator<{ namespace: string; name: string; phase: string }> {
    for (const { key, value } of this.#cache('Rollout').store.entries()) {
      const [namespace = '', name = ''] = key.split('/');
      yield { namespace, name, phase: value.phase ?? 'Pending' };
    }
  }

  /** Objects that carry the Rollout's label or its ownerReference. */
  children(rollout: ClusterObject): ClusterObject[] {
    const key = keyOf(rollout.metadata);
    const kinds = this.#kinds().filter((kind) => kind !== 'Rollout');
    const about = kinds.flatMap((kind) => {
      const { store, packer } = this.#cache(kind);
      return store.by('rollout', key).map((entry) => packer.unpack(entry));
    });
    return about.filter((object) => concerns(object, rollout, this.#options.ownerLabel));
  }

  find({ kind, metadata }: ClusterObject): ClusterObject | undefined {
    return find(this.#caches.get(kind), keyOf(metadata));
  }

  /** What is cached of it, as it is. */
  entry({ kind, metadata }: ClusterObject): StoreEntry<PackedObject> | undefined {
    return this.#caches.get(kind)?.store.get(keyOf(metadata));
  }

  serves(kind: string): boolean {
    return !this.#missing.has(kind);
  }

  /** The value of the label of this namespace. */
  namespaceLabel(namespace: string): string | undefined {
    return this.#labels?.of(namespace);
  }

  /** What a write answered: no need to wait for the watch to tell. `quiet`: the writer knows what to make of it. */
  observe(object: ClusterObject, answer: KubeObject, how: { quiet?: boolean } = {}): void {
    const namespace = object.metadata.namespace ?? '';
    const { kind } = object;
    const watcher = this.#watchers.get(`${kind}/`) ?? this.#watchers.get(`${kind}/${namespace}`);
    watcher?.observe(answer, how);
  }

  #kinds(): KnownKind[] {
    const { childKinds, wholeKinds, optionalKinds } = this.#options;
    return [...new Set<KnownKind>(['Rollout', ...childKinds, ...wholeKinds, ...optionalKinds])];
  }

  #open(kind: KnownKind): void {
    const { http, optionalKinds, ownerLabel, onState, logger, clock } = this.#options;
    const whole = kind === 'Rollout' || this.#options.wholeKinds.includes(kind);
    const store = new Store<PackedObject>(kind === 'Rollout' ? BY_NAMESPACE : BY_ROLLOUT);
    const type = RESOURCES[kind];
    const about = (object: ClusterObject): string[] =>
      kind === 'Rollout' ? [] : rolloutsOf(object, ownerLabel).map((key) => this.#shared(key));
    const packer = new ObjectPacker({ type, about });
    this.#caches.set(kind, { store, packer });
    for (const [namespace, watched] of this.#namespaces) {
      const watcher: Watcher = new Reflector({
        http,
        path: resourcePath(type, namespace === '' ? {} : { namespace }),
        ...(whole ? {} : { labelSelector: ownerLabel }),
        store,
        pageSize: PAGE,
        turns: this.#turns,
        project: (object) => packer.pack(object),
        onChange: (change) => this.#changed(kind, change),
        onState: (state) => {
          onState?.({ kind, namespace }, state);
          watched.tell(kind, state);
        },
        ...(optionalKinds.includes(kind)
          ? { onServed: (served: boolean) => this.#served(kind, served) }
          : {}),
        ...(logger ? { logger } : {}),
        ...(clock ? { clock } : {}),
      });
      watched.add(kind, watcher.synced);
      this.#watchers.set(`${kind}/${namespace}`, watcher);
    }
  }

  #openLabels(): NamespaceLabels | undefined {
    const { namespaceLabel: label, http, onState, onChange, logger, clock } = this.#options;
    const all = this.#namespaces.get('');
    if (label === undefined || !all) return undefined;
    const kind = 'Namespace';
    const labels = new NamespaceLabels({
      ...{ http, label, turns: this.#turns },
      onChange: (namespace) => {
        if (all.served) this.#keysIn(namespace).forEach((key) => onChange(key, false));
      },
      onState: (state) => {
        onState?.({ kind, namespace: '' }, state);
        all.tell(kind, state);
      },
      ...(logger ? { logger } : {}),
      ...(clock ? { clock } : {}),
    });
    all.add(kind, labels.synced);
    return labels;
  }

  #namespaceChanged(name: string, change: NamespaceChange): void {
    const { logger, onChange } = this.#options;
    const all = [...this.#namespaces.values()];
    const settled = all.every(({ served, refusal }) => served || refusal !== undefined);
    // without any namespace there is nothing to be ready for
    if (settled && all.some(({ served }) => served)) this.#synced.resolve(true);
    if (change === 'served') return this.#keysIn(name).forEach((key) => onChange(key, false));
    const reason = this.#namespaces.get(name)?.refusal;
    const level = change === 'refused' ? 'warn' : 'info';
    logger?.log(level, `rights to a namespace are ${change}`, { namespace: name, reason });
  }

  #isServed(namespace: string): boolean {
    return (this.#namespaces.get('') ?? this.#namespaces.get(namespace))?.served ?? false;
  }

  #keysIn(namespace: string): string[] {
    const { store } = this.#cache('Rollout');
    if (namespace === '') return [...store.keys()];
    return store.by('namespace', namespace).map(({ key }) => key);
  }

  /** The same text, of which there need not be one for each child. */
  #shared(key: string): string {
    return this.#cache('Rollout').store.get(key)?.key ?? key;
  }

  /** An extension came or went: whoever asks for its kind is looked at again. */
  #served(kind: KnownKind, served: boolean): void {
    const changed = served ? this.#missing.delete(kind) : !this.#missing.has(kind);
    if (!served) this.#missing.add(kind);
    if (changed) for (const key of this.keys()) this.#options.onChange(key, false);
  }

  #changed(kind: KnownKind, { type, entry, previous }: Change<PackedObject>): void {
    // all that is in a namespace is told of when it is known completely
    if (!this.#isServed(namespaceOf(entry.key))) return;
    if (type === 'modified' && previous?.value.packed === entry.value.packed) return;
    if (kind === 'Rollout') return this.#options.onChange(entry.key, isAsked(entry, previous));
    // a child that lost its label is missing where it was
    const keys = [...entry.value.about, ...(previous?.value.about ?? [])];
    // anybody in the namespace may use an account that belongs to nobody
    const shared = kind === 'ServiceAccount' && keys.length === 0;
    const concerned = shared ? this.#keysIn(namespaceOf(entry.key)) : keys;
    for (const key of new Set(concerned)) this.#options.onChange(key, false);
  }

  #cache(kind: string): Cache {
    const cache = this.#caches.get(kind);
    if (!cache) throw new AppError('internal', `No cache of kind ${kind}.`);
    return cache;
  }
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function find(cache: Cache | undefined, key: string): ClusterObject | undefined {
  const entry = cache?.store.get(key);
  return entry && cache?.packer.unpack(entry);
}

/** A new Rollout, or a new spec: what somebody waits for. */
function isAsked(
  entry: StoreEntry<PackedObject>,
  previous: StoreEntry<PackedObject> | undefined,
): boolean {
  return entry.value.generation !== previous?.value.generation;
}
