import { createQueue, runWorkers, sleep } from '@davit/controller';
import type { KeyQueue, QueueStats } from '@davit/controller';
import { toAppError } from '@davit/domain';
import type { AppError, DeploymentRef, Tombstone } from '@davit/domain';
import type { PlatformParts } from './parts.ts';
import type { StatusBoard } from './status-board.ts';
import { readHistory, readWanted } from './wanted.ts';

const WORKERS = 4;
const ROOM_POLL_MS = 20;
const LONGEST_RETRY_MS = 30_000;
/** how long a step may go on once the server stops: what it leaves undone is done after the next start */
const GRACE_MS = 1_500;

/** Asking again helps only with another spec or other rights. */
const isRefusal = (error: AppError): boolean =>
  error.code === 'invalid' || error.code === 'unsupported';

/**
 * Makes the engine's intent agree with the database: level-based, idempotent, resumed from the records alone.
 * Keys are `project/deployment`, or `project` for the removal of a whole project.
 */
export class RolloutSync {
  readonly #parts: PlatformParts;
  readonly #board: StatusBoard;
  readonly #queue: KeyQueue;
  /** deployments whose history became shorter; what a crash forgets goes with the deployment */
  readonly #trimmed = new Set<string>();

  constructor(parts: PlatformParts, board: StatusBoard) {
    this.#parts = parts;
    this.#board = board;
    this.#queue = createQueue({
      clock: parts.clock,
      abortRunning: true,
      backOff: { baseMs: 250, maxMs: LONGEST_RETRY_MS },
      overall: { perSecond: 50, burst: 500 },
    });
  }

  add(ref: DeploymentRef): void {
    this.#queue.forget(keyOf(ref));
    this.#queue.add(keyOf(ref));
  }

  /** A rollout was deleted: secrets that only it needed can go. */
  trim(ref: DeploymentRef): void {
    this.#trimmed.add(keyOf(ref));
    this.add(ref);
  }

  /** For the removal of a whole project. */
  addProject(projectId: string): void {
    this.#queue.add(projectId);
  }

  /** Resolves when little waits: what is added then is not in the way of somebody's next wish. */
  async idle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#queue.stats().depth > 0) {
      await sleep(this.#parts.clock, ROOM_POLL_MS, signal);
    }
  }

  stats(): QueueStats {
    return this.#queue.stats();
  }

  /** Works until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#queue.close();
    signal.addEventListener('abort', stop, { once: true });
    await runWorkers({
      queue: this.#queue,
      workers: WORKERS,
      graceMs: GRACE_MS,
      signal,
      clock: this.#parts.clock,
      reconcile: (key, aborted) => this.#reconcile(key, aborted),
      onError: (error, key) =>
        this.#parts.logger.log('warn', 'rollout sync failed', { key, error }),
    });
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const [projectId = '', deploymentId] = key.split('/');
    if (deploymentId === undefined) return this.#removeProject(projectId, signal);
    const ref = { projectId, deploymentId };
    try {
      await this.#makeSo(ref, signal);
      this.#board.accepted(ref);
    } catch (cause) {
      if (signal.aborted) return;
      const error = toAppError(cause);
      this.#board.fail(ref, error);
      if (!isRefusal(error)) throw error;
    }
  }

  async #makeSo(ref: DeploymentRef, signal: AbortSignal): Promise<void> {
    const wanted = await readWanted(this.#parts, ref);
    switch (wanted.kind) {
      case 'apply':
        this.#board.want(ref, wanted.intent.rolloutId);
        await this.#parts.driver.apply(wanted.intent, { signal });
        return this.#prune(ref, signal);
      case 'remove':
        return this.#remove(wanted.tombstone, signal);
      case 'nothing':
        return this.#board.want(ref, null);
      case 'unknown':
        return this.#board.forget(ref);
    }
  }

  async #remove(tombstone: Tombstone, signal: AbortSignal): Promise<void> {
    const { projectId, deploymentId = '', deleteData } = tombstone;
    const ref = { projectId, deploymentId };
    this.#trimmed.delete(keyOf(ref));
    await this.#parts.driver.remove(ref, { deleteData, signal });
    await this.#parts.store.write((tx) => tx.platform.deleteTombstone(tombstone));
    this.#board.forget(ref);
  }

  async #prune(ref: DeploymentRef, signal: AbortSignal): Promise<void> {
    if (!this.#trimmed.has(keyOf(ref))) return;
    try {
      const kept = await readHistory(this.#parts, ref);
      await this.#parts.driver.pruneSecrets?.(ref, { kept, signal });
      this.#trimmed.delete(keyOf(ref));
    } catch (error) {
      // the rollout itself is where it should be: what is left over is no failure of it
      const level = signal.aborted ? 'debug' : 'warn';
      this.#parts.logger.log(level, 'secrets were not pruned', { ...ref, error });
    }
  }

  async #removeProject(projectId: string, signal: AbortSignal): Promise<void> {
    const tombstone = await this.#parts.store.tombstone(projectId);
    if (!tombstone) return;
    const { deleteData } = tombstone;
    await this.#parts.driver.removeProject(projectId, { deleteData, signal });
    await this.#parts.store.write((tx) => tx.platform.deleteTombstone(tombstone));
  }
}

const keyOf = (ref: DeploymentRef): string => `${ref.projectId}/${ref.deploymentId}`;
