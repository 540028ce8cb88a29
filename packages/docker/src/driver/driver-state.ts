import type { DeploymentRef, RolloutIntent } from '@davit/domain';
import type { RolloutSpec } from '@davit/rollout';
import type { WantedRoute } from './secure-routes.ts';

export type Reach = Pick<RolloutSpec, 'interfaces' | 'readiness'>;

/** What the driver knows of a deployment and could not find out from Docker. */
export interface DeploymentState extends DeploymentRef {
  /** when it came; who was first has a host */
  since: number;
  /** grows with every other intent */
  generation: number;
  rolloutId: string;
  spec: RolloutSpec;
  /** stands for the deployment in its host name */
  slug?: string;
  project: RolloutIntent['project'];
  /** `{secrets, pull}` as JSON, sealed */
  sealed: string;
  restartedAt?: string;
  /** the containers that serve: their hash, and what their spec said about how they are reached */
  serving?: { hash: string } & Reach;
  /** what was tried in the place of containers that had to go first, and did not come up */
  failed?: { hash: string; reason: string; message: string };
  /** instance → the start after which it was found healthy */
  ready: Record<string, string>;
  /** instances that shall be replaced */
  evicted: string[];
  /** what the edge is told, wanted or not by others */
  routes: WantedRoute[];
}

export interface DriverState {
  version: 1;
  salt: string;
  /** of the route table */
  generation: number;
  deployments: Record<string, DeploymentState>;
  /** deployments on their way out */
  removals: Record<string, { deleteData: boolean }>;
  /** projects on their way out */
  projects: Record<string, { deleteData: boolean }>;
}
