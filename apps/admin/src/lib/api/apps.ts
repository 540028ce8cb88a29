import type { DeploymentRef, RolloutObservation } from '@davit/domain';
import { pb } from './client.ts';
import type { Deployment, Manifest, Rollout } from './records.ts';

/** What the engine says, and when it said so. */
export interface AppStatus extends RolloutObservation {
  observedAt: string;
  /** the engine's watch is interrupted: this is the last thing known */
  stale: boolean;
}

/** What the table of a project's apps shows. */
export type AppSummary = Omit<AppStatus, 'instances' | 'status' | 'drift'>;

export interface EngineInfo {
  driver: 'kubernetes' | 'docker' | 'none';
  connected: boolean;
  message: string;
  version: string;
}

/** The address of one app's own endpoints. */
export function appPath(ref: DeploymentRef, tail: string): string {
  return `/api/davit/v1/projects/${ref.projectId}/deployments/${ref.deploymentId}/${tail}`;
}

export const engine = (): Promise<EngineInfo> => pb.send<EngineInfo>('/api/davit/v1/engine', {});

const post = (ref: DeploymentRef, tail: string): Promise<unknown> =>
  pb.send<unknown>(appPath(ref, tail), { method: 'POST' });

export const restartApp = (ref: DeploymentRef): Promise<unknown> => post(ref, 'restart');
export const adoptDrift = (ref: DeploymentRef): Promise<unknown> => post(ref, 'adopt');
export const revertDrift = (ref: DeploymentRef): Promise<unknown> => post(ref, 'revert');

export const removeInstance = (ref: DeploymentRef, instance: string): Promise<unknown> =>
  pb.send<unknown>(appPath(ref, `instances/${encodeURIComponent(instance)}`), { method: 'DELETE' });

/** Creates the app's record only; nothing runs before its first rollout. */
export function createDeployment(
  input: Pick<Deployment, 'name' | 'user' | 'project'>,
): Promise<Deployment> {
  return pb.collection('deployments').create<Deployment>(input);
}

/** Runs this manifest; the rollout that runs now ends. */
export function createRollout(
  app: Pick<Deployment, 'id' | 'user' | 'project'>,
  manifest: Manifest,
): Promise<Rollout> {
  return pb.collection('rollouts').create<Rollout>({
    user: app.user,
    project: app.project,
    deployment: app.id,
    manifest,
  });
}

/** Scales to zero and keeps everything. */
export const stopRollout = (id: string, now = new Date()): Promise<Rollout> =>
  pb.collection('rollouts').update<Rollout>(id, { endDate: now.toISOString() });

/** Makes an ended rollout the running one: roll back, and start again. */
export const resumeRollout = (id: string): Promise<Rollout> =>
  pb.collection('rollouts').update<Rollout>(id, { endDate: '' });

/** Deletes an app or a project; volumes stay unless `deleteData`. */
export function deleteRecord(
  collection: 'projects' | 'deployments',
  id: string,
  deleteData: boolean,
): Promise<boolean> {
  return pb.collection(collection).delete(id, deleteData ? { query: { deleteData: 'true' } } : {});
}

/** Newest first, one page of an app's history. */
export async function findRollouts(
  deploymentId: string,
  page: number,
): Promise<{ items: Rollout[]; total: number }> {
  const result = await pb.collection('rollouts').getList<Rollout>(page, 30, {
    filter: pb.filter('deployment = {:id}', { id: deploymentId }),
    sort: '-startDate,-created',
  });
  return { items: result.items, total: result.totalItems };
}

/** The running rollouts of a project, one an app. */
export function findRunning(projectId: string): Promise<Rollout[]> {
  return pb.collection('rollouts').getFullList<Rollout>({
    filter: pb.filter('project = {:id} && endDate = ""', { id: projectId }),
  });
}

export const renameDeployment = (id: string, name: string): Promise<Deployment> =>
  pb.collection('deployments').update<Deployment>(id, { name });
