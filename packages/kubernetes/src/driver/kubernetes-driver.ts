import { systemClock } from '@davit/controller';
import type {
  Clock,
  DeploymentRef,
  DriverEvent,
  EngineEvent,
  Logger,
  LogLine,
  LogOptions,
  RolloutDriver,
  RolloutIntent,
  RolloutSecrets,
} from '@davit/domain';
import type { RolloutResource } from '@davit/rollout';
import type { KubeHttp } from '../kube-http.ts';
import { appliedHashOf } from './applied-hash.ts';
import { optional, ownRollout } from './context.ts';
import type { DriverContext } from './context.ts';
import { followEvents, readEvents } from './engine-events.ts';
import { followLogs } from './follow-logs.ts';
import { ensureSecrets, removeSecrets, secretNames } from './intent-secrets.ts';
import { ensureNamespace } from './namespace.ts';
import { readLogs } from './read-logs.ts';
import { removeProjectOf, removeRollout } from './removal.ts';
import { removePod, restartRollout } from './restart.ts';
import { keyOfRef, RolloutCache } from './rollout-cache.ts';
import { watchRollouts } from './watch-rollouts.ts';
import { bySpecPath, dryRunRollout, referringSpec, writeRollout } from './write-rollout.ts';

export interface KubernetesDriverOptions {
  /** stays the caller's: `close` leaves it open */
  kube: KubeHttp;
  /** marks everything this Davit writes; objects with another mark are never touched */
  installationId: string;
  logger: Logger;
  clock?: Clock;
}

/** Runs rollouts on a cluster: writes Rollout resources, which the operator makes so, and watches them. */
export function createKubernetesDriver(options: KubernetesDriverOptions): RolloutDriver {
  const { kube, installationId, logger, clock = systemClock } = options;
  return new Driver({ kube, installationId, logger, clock });
}

class Driver implements RolloutDriver {
  readonly name = 'kubernetes';
  readonly #context: DriverContext;
  readonly #cache: RolloutCache;

  constructor(context: DriverContext) {
    this.#context = context;
    this.#cache = new RolloutCache(context);
  }

  async check(intent: RolloutIntent, { signal }: { signal: AbortSignal }): Promise<void> {
    await dryRunRollout(intent, this.#context, signal);
  }

  async apply(
    intent: RolloutIntent,
    options: { signal: AbortSignal; revert?: boolean },
  ): Promise<void> {
    const { signal, revert = false } = options;
    if (!revert && (await this.#isApplied(intent))) return;
    try {
      await ensureNamespace(intent, this.#context, signal);
      // before the Rollout that refers to them
      const names = await ensureSecrets(intent, this.#context, signal);
      await writeRollout(intent, this.#context, { signal, revert, names });
    } catch (error) {
      throw bySpecPath(error);
    }
  }

  remove(ref: DeploymentRef, options: { deleteData: boolean; signal: AbortSignal }): Promise<void> {
    return removeRollout(ref, this.#context, options);
  }

  removeProject(
    projectId: string,
    options: { deleteData: boolean; signal: AbortSignal },
  ): Promise<void> {
    return removeProjectOf(projectId, this.#context, options);
  }

  restart(ref: DeploymentRef, { signal }: { signal: AbortSignal }): Promise<void> {
    return restartRollout(ref, this.#context, signal);
  }

  removeInstance(
    ref: DeploymentRef,
    options: { instance: string; signal: AbortSignal },
  ): Promise<void> {
    return removePod(ref, this.#context, options);
  }

  watch({ signal }: { signal: AbortSignal }): AsyncIterable<DriverEvent> {
    return watchRollouts(this.#cache, signal);
  }

  async *logs(ref: DeploymentRef, options: LogOptions): AsyncGenerator<LogLine> {
    await ownRollout(ref, this.#context, options.signal);
    const follows = options.follow && options.previous !== true;
    const read = follows ? followLogs : readLogs;
    yield* read(ref, this.#context, { ...options, follow: follows });
  }

  async *events(
    ref: DeploymentRef,
    { follow, signal }: { follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<EngineEvent> {
    await ownRollout(ref, this.#context, signal);
    yield* (follow ? followEvents : readEvents)(ref, this.#context, signal);
  }

  async pruneSecrets(
    ref: DeploymentRef,
    { kept, signal }: { kept: readonly RolloutSecrets[]; signal: AbortSignal },
  ): Promise<void> {
    const context = this.#context;
    const live = await optional<RolloutResource>(ownRollout(ref, context, signal));
    const keep = new Set([live?.spec.secretsFrom ?? '', live?.spec.image.pullSecretName ?? '']);
    for (const values of kept) {
      const { secretsFrom = '', pullSecretName = '' } = await secretNames(ref, values, context);
      keep.add(secretsFrom).add(pullSecretName);
    }
    await removeSecrets({ ref, context, signal }, keep);
  }

  close(): Promise<void> {
    return this.#cache.close();
  }

  /** By the cache alone: at rest, applying costs no request. */
  async #isApplied(intent: RolloutIntent): Promise<boolean> {
    const cached = this.#cache.rollout(keyOfRef(intent));
    if (cached === undefined || cached.observation.rolloutId !== intent.rolloutId) return false;
    const names = await secretNames(intent, intent, this.#context);
    return cached.appliedHash === appliedHashOf(referringSpec(intent, names));
  }
}
