import type { ReconcileResult } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import { keyOf } from '../labels.ts';
import { listContainers } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { ProjectNetworks } from './project-network.ts';
import type { Retiring } from './retiring.ts';
import type { StatusBoard } from './status-board.ts';
import { ownVolumes, removeVolumes } from './volumes.ts';

export interface RemovalParts {
  context: DriverContext;
  networks: ProjectNetworks;
  retiring: Retiring;
  board: StatusBoard;
}

/** Takes deployments and projects off Docker, step by step like everything else. */
export class Removal {
  readonly #parts: RemovalParts;

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** One deployment; its volumes stay unless `deleteData`. */
  async remove(
    ref: DeploymentRef,
    { deleteData }: { deleteData: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { context, retiring, board } = this.#parts;
    const key = keyOf(ref);
    const containers = await listContainers(context, ref, signal);
    const known = board.get(key);
    if (known !== undefined && containers.length > 0) {
      const message = 'Being removed.';
      board.set(key, { ...known, phase: 'Progressing', reason: 'Removing', message });
    }
    await context.routes.publish(signal).catch(unlessAway);
    for (const one of containers) retiring.begin(one, 'remove');
    if (containers.length > 0) return;
    if (deleteData) await removeVolumes(context, ref, signal);
    await context.file.update((state) => {
      delete state.removals[key];
    });
    context.log.forget(key);
    board.gone(key);
  }

  /** The network goes with the last deployment, unless it has volumes that are kept. */
  async removeProject(projectId: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { context, networks } = this.#parts;
    const { state } = context.file;
    const removal = state.projects[projectId];
    if (removal === undefined) return;
    const left = [...Object.keys(state.deployments), ...Object.keys(state.removals)];
    if (left.some((key) => key.startsWith(`${projectId}/`))) return { requeueAfterMs: 500 };
    if (removal.deleteData) await removeVolumes(context, { projectId }, signal);
    const volumes = await ownVolumes(context, { projectId }, signal);
    if (volumes.length === 0) await networks.remove(projectId, signal);
    await context.file.update(() => {
      delete state.projects[projectId];
    });
  }
}

/** An edge that is away sends requests nowhere that matters: what shall go or stop need not wait for it. */
export function unlessAway(error: unknown): void {
  if (!AppError.is(error, 'unavailable')) throw error;
}
