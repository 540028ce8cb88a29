import type { QueueStats } from '@davit/controller';
import type { DeploymentRef } from '@davit/domain';
import type { RecordAfterEvent, RecordData } from '@davit/records';
import { auditAll } from './audit-hooks.ts';
import { COLLECTION_IDS } from './collections.ts';
import { onDeploymentWrite } from './deployment-hooks.ts';
import { observe } from './observer.ts';
import { onHandover } from './ownership.ts';
import { textOf } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { PhaseWriter } from './phase-writer.ts';
import { Platform } from './platform.ts';
import { onProjectWrite } from './project-hooks.ts';
import { onRemoval } from './removal.ts';
import { onRolloutDelete, onRolloutUpdate, refOf } from './rollout-change.ts';
import { onRolloutCreate } from './rollout-create.ts';
import type { Causes } from './rollout-create.ts';
import { RolloutSync } from './rollout-sync.ts';
import { namedScopes } from './scopes.ts';
import { StatusBoard } from './status-board.ts';

/** how many deployments are looked at before somebody's own wish, at most */
const RESUME_PAGE = 100;

export interface OpenPlatform {
  platform: Platform;
  /** Keeps the engine equal to the database and the statuses true, until the signal. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** How much there is to be synced. */
  queue(): QueueStats;
}

/**
 * Registers the platform's hooks. Nothing reaches the engine before `run`, and nothing at all from a directory in
 * which the platform is off.
 */
export function openPlatform(parts: PlatformParts): OpenPlatform {
  const causes: Causes = new WeakMap();
  parts.records.apiKeys.declare(namedScopes);
  const phases = new PhaseWriter(parts);
  const board = new StatusBoard({
    clock: parts.clock,
    bus: parts.bus,
    onChange: (ref) => phases.add(ref),
  });
  const sync = new RolloutSync(parts, board);
  auditAll(parts);
  onRolloutCreate({ parts, causes });
  onRolloutUpdate(parts);
  onRolloutDelete(parts);
  onProjectWrite(parts);
  onDeploymentWrite(parts);
  onRemoval(parts);
  onHandover(parts);
  onCommitted(parts, sync);
  const onLost = (ref: DeploymentRef): void => sync.add(ref);
  return {
    platform: new Platform({ parts, board, causes, onReverted: onLost }),
    queue: () => sync.stats(),
    run: async (signal) => {
      if (!parts.records.collections.find(COLLECTION_IDS.deployments)) return;
      await Promise.all([
        sync.run(signal),
        phases.run(board, signal),
        observe({ parts, board, onLost }, signal),
        resume(parts, sync, signal),
      ]);
    },
  };
}

/** What was committed is looked at by the sync: after the fact, so that a crash in between is made good by `resume`. */
function onCommitted({ records }: PlatformParts, sync: RolloutSync): void {
  const { deployments, projects, rollouts } = COLLECTION_IDS;
  const { hooks } = records;
  // whatever becomes of the handlers after it: it is committed
  const after =
    (look: (record: RecordData) => void) =>
    async (e: RecordAfterEvent): Promise<void> => {
      try {
        await e.next();
      } finally {
        look(e.record);
      }
    };
  const changed = after((record) => sync.add(refOf(record)));
  hooks.onRecordAfterCreateSuccess(changed, { tags: [rollouts] });
  hooks.onRecordAfterUpdateSuccess(changed, { tags: [rollouts] });
  hooks.onRecordAfterDeleteSuccess(
    after((record) => sync.trim(refOf(record))),
    { tags: [rollouts] },
  );
  hooks.onRecordAfterDeleteSuccess(
    after(({ id, project }) => sync.add({ projectId: textOf(project), deploymentId: id })),
    { tags: [deployments] },
  );
  hooks.onRecordAfterDeleteSuccess(
    after(({ id }) => sync.addProject(id)),
    { tags: [projects] },
  );
}

/**
 * Everything the records ask for, once: what a crash left undone is done now. Page by page, and behind what people
 * ask for meanwhile.
 */
async function resume(parts: PlatformParts, sync: RolloutSync, signal: AbortSignal): Promise<void> {
  try {
    for (const { projectId, deploymentId } of await parts.store.tombstones()) {
      if (deploymentId === undefined) sync.addProject(projectId);
      else sync.add({ projectId, deploymentId });
    }
    let last = '';
    while (!signal.aborted) {
      const page = await parts.records.find(COLLECTION_IDS.deployments, {
        filter: 'id > {:last}',
        params: { last },
        sort: 'id',
        limit: RESUME_PAGE,
      });
      for (const { id, project } of page) {
        sync.add({ projectId: textOf(project), deploymentId: id });
        last = id;
      }
      if (page.length < RESUME_PAGE) return;
      await sync.idle(signal);
    }
  } catch (error) {
    parts.logger.log('error', 'rollouts could not be resumed', { error });
  }
}
