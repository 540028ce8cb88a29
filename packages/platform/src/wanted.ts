import type { DeploymentRef, JsonObject, RolloutIntent, Tombstone } from '@davit/domain';
import type { RecordData } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { intentOf } from './intent.ts';
import { textOf } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { openSecrets } from './seal.ts';

/** What the database wants of the engine for one deployment. */
export type Wanted =
  | { kind: 'apply'; intent: RolloutIntent }
  | { kind: 'remove'; tombstone: Tombstone }
  /** no rollout yet */
  | { kind: 'nothing' }
  /** there is no such deployment: whatever the engine holds of it is not ours to touch */
  | { kind: 'unknown' };

type Source = Pick<PlatformParts, 'records' | 'store' | 'box'>;

/** Reads it from the records alone, so that it is the same after any crash. */
export async function readWanted(source: Source, ref: DeploymentRef): Promise<Wanted> {
  const tombstone = await source.store.tombstone(ref.projectId, ref.deploymentId);
  if (tombstone) return { kind: 'remove', tombstone };
  const { records } = source;
  const deployment = await records.get(COLLECTION_IDS.deployments, ref.deploymentId);
  const project = await records.get(COLLECTION_IDS.projects, ref.projectId);
  if (deployment?.project !== ref.projectId || !project) return { kind: 'unknown' };
  const rollout = await currentRollout(source, ref.deploymentId);
  if (!rollout) return { kind: 'nothing' };
  return { kind: 'apply', intent: await readIntent(source, { deployment, project, rollout }) };
}

/** The running rollout, else the one that ran last. */
export async function currentRollout(
  { records }: Pick<Source, 'records'>,
  deploymentId: string,
): Promise<RecordData | undefined> {
  const params = { deployment: deploymentId };
  const [running] = await records.find(COLLECTION_IDS.rollouts, {
    filter: 'deployment = {:deployment} && endDate = ""',
    params,
    sort: '-startDate',
    limit: 1,
  });
  if (running) return running;
  const [last] = await records.find(COLLECTION_IDS.rollouts, {
    filter: 'deployment = {:deployment}',
    params,
    sort: '-endDate,-startDate',
    limit: 1,
  });
  return last;
}

export interface IntentRecords {
  deployment: RecordData;
  project: RecordData;
  rollout: RecordData;
}

/** The intents of all rollouts that a deployment can go back to. */
export async function readHistory(source: Source, ref: DeploymentRef): Promise<RolloutIntent[]> {
  const { records } = source;
  const deployment = await records.get(COLLECTION_IDS.deployments, ref.deploymentId);
  const project = await records.get(COLLECTION_IDS.projects, ref.projectId);
  if (!deployment || !project) return [];
  const rollouts = await records.find(COLLECTION_IDS.rollouts, {
    filter: 'deployment = {:deployment}',
    params: { deployment: deployment.id },
  });
  return Promise.all(
    rollouts.map((rollout) => readIntent(source, { deployment, project, rollout })),
  );
}

/** The intent of a stored rollout; suspended when it has ended. */
export async function readIntent(source: Source, of: IntentRecords): Promise<RolloutIntent> {
  const { deployment, project, rollout } = of;
  const user = await source.records.get(COLLECTION_IDS.users, textOf(project.user));
  return intentOf({
    deployment: { id: deployment.id, project: project.id, slug: textOf(deployment.slug) },
    project: {
      name: textOf(project.name),
      slug: textOf(project.slug),
      user: textOf(project.user),
      username: textOf(user?.username) || textOf(user?.name),
    },
    rollout: { id: rollout.id, spec: (rollout.manifest as { spec: JsonObject }).spec },
    secrets: openSecrets(await source.store.secrets(rollout.id), source.box),
    suspended: rollout.endDate !== '',
  });
}
