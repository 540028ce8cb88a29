import { createQueue, runWorkers } from '@davit/controller';
import type { KeyQueue } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import { COLLECTION_IDS } from './collections.ts';
import type { PlatformParts } from './parts.ts';
import type { StatusBoard } from './status-board.ts';

/** Keeps `phase`, `reason`, `message` and `drifted` of the deployment records equal to the board. */
export class PhaseWriter {
  readonly #parts: PlatformParts;
  readonly #queue: KeyQueue;

  constructor(parts: PlatformParts) {
    this.#parts = parts;
    this.#queue = createQueue({ clock: parts.clock });
  }

  add(ref: DeploymentRef): void {
    this.#queue.add(`${ref.projectId}/${ref.deploymentId}`);
  }

  /** Works until the signal. */
  async run(board: StatusBoard, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#queue.close(), { once: true });
    await runWorkers({
      queue: this.#queue,
      signal,
      graceMs: 0,
      clock: this.#parts.clock,
      reconcile: (key) => this.#write(key, board),
      onError: (error, key) =>
        this.#parts.logger.log('warn', 'phase could not be stored', { key, error }),
    });
  }

  async #write(key: string, board: StatusBoard): Promise<void> {
    const { records } = this.#parts;
    const [projectId = '', deploymentId = ''] = key.split('/');
    const ref = { projectId, deploymentId };
    if (!board.isCertain(ref)) return; // what is stored may be truer
    const status = board.status(ref);
    const next = {
      phase: status.phase,
      reason: status.reason,
      message: status.message,
      drifted: status.drift !== undefined,
    };
    const stored = await records.get(COLLECTION_IDS.deployments, deploymentId);
    if (!stored) return;
    const same = Object.entries(next).every(([name, value]) => stored[name] === value);
    if (same) return;
    try {
      await records.save(COLLECTION_IDS.deployments, { id: deploymentId, ...next });
    } catch (error) {
      if (!AppError.is(error, 'not_found')) throw error; // deleted meanwhile
    }
  }
}
