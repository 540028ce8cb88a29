import type { DeploymentRef, Instance, RolloutObservation } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { ObservedPod, RolloutResource } from '@davit/rollout';
import type { KubeObject } from '../kube-object.ts';
import { Reflector } from '../reflector.ts';
import { resourcePath } from '../resource-path.ts';
import { RESOURCES } from '../resource-types.ts';
import { Store } from '../store.ts';
import type { DriverContext } from './context.ts';
import { instanceOf } from './instance-of.ts';
import { projectRollout } from './project-rollout.ts';
import type { CachedRollout } from './project-rollout.ts';

export interface ConnectionState {
  connected: boolean;
  message: string;
}

export interface CacheListener {
  /** `namespace/name` of a Rollout about which something changed */
  changed(key: string): void;
  state(state: ConnectionState): void;
}

type Watched = 'rollouts' | 'pods';

const UNTRIED: ConnectionState = { connected: false, message: '' };

interface CachedPod {
  deployment: string;
  instance: Instance;
}

/** The installation's Rollouts and their pods, kept up to date from `start` to `close`. */
export class RolloutCache {
  readonly #rollouts = new Store<CachedRollout>();
  readonly #pods = new Store<CachedPod>({ deployment: ({ value }) => [value.deployment] });
  readonly #listeners = new Set<CacheListener>();
  readonly #rolloutReflector: Reflector<RolloutResource, CachedRollout>;
  readonly #podReflector: Reflector<KubeObject & ObservedPod, CachedPod>;
  readonly #stop = new AbortController();
  /** of each watch */
  readonly #states: Record<Watched, ConnectionState> = { rollouts: UNTRIED, pods: UNTRIED };
  #running: Promise<unknown> | undefined;
  #synced = false;

  constructor({ kube, installationId, clock, logger }: DriverContext) {
    const common = { http: kube, clock, logger };
    this.#rolloutReflector = new Reflector({
      ...common,
      path: resourcePath(RESOURCES.Rollout),
      labelSelector: `${LABELS.installation}=${installationId}`,
      store: this.#rollouts,
      project: projectRollout,
      onChange: ({ entry }) => this.#changed(entry.key),
      onState: (state) => this.#report('rollouts', state),
    });
    this.#podReflector = new Reflector({
      ...common,
      path: resourcePath(RESOURCES.Pod),
      labelSelector: LABELS.deploymentId,
      store: this.#pods,
      project: projectPod,
      onChange: ({ entry }) => this.#changed(entry.value.deployment),
      onState: (state) => this.#report('pods', state),
    });
  }

  /** True once it holds everything there is. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Connected while all watches are; otherwise what one that is not says. */
  get state(): ConnectionState {
    const all = Object.values(this.#states);
    const lost = all.filter(({ connected }) => !connected);
    return lost.find((state) => state !== UNTRIED) ?? lost[0] ?? this.#states.rollouts;
  }

  keys(): string[] {
    return [...this.#rollouts.entries()].map(({ key }) => key);
  }

  rollout(key: string): CachedRollout | undefined {
    return this.#rollouts.get(key)?.value;
  }

  observation(key: string): RolloutObservation | undefined {
    const cached = this.rollout(key);
    if (cached === undefined) return undefined;
    const instances = this.#pods
      .by('deployment', key)
      .map(({ value }) => value.instance)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { ...cached.observation, instances };
  }

  /** Begins to watch; does nothing when it does already. Resolves when it holds everything, or was closed. */
  async start(): Promise<void> {
    const { signal } = this.#stop;
    this.#running ??= Promise.all([
      this.#rolloutReflector.run(signal),
      this.#podReflector.run(signal),
    ]);
    const synced = await Promise.all([this.#rolloutReflector.synced, this.#podReflector.synced]);
    this.#synced = synced.every(Boolean);
  }

  listen(listener: CacheListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #changed(key: string): void {
    for (const listener of this.#listeners) listener.changed(key);
  }

  #report(watched: Watched, state: ConnectionState): void {
    this.#states[watched] = state;
    for (const listener of this.#listeners) listener.state(this.state);
  }
}

function projectPod(pod: KubeObject & ObservedPod): CachedPod {
  const { namespace = '', labels, ownerReferences } = pod.metadata;
  // pods of jobs carry the label too, but are no instances
  const job = ownerReferences?.some(({ kind }) => kind === 'Job') === true;
  const deployment = job ? '' : `${namespace}/${labels?.[LABELS.deploymentId] ?? ''}`;
  return { deployment, instance: instanceOf(pod) };
}

export function keyOfRef({ projectId, deploymentId }: DeploymentRef): string {
  return `${projectId}/${deploymentId}`;
}
