import type { JsonObject } from './json.ts';

/** What a deployment is called on the engine. */
export interface DeploymentRef {
  projectId: string;
  deploymentId: string;
}

/** What should run. The driver makes it so in its own time. */
export interface RolloutIntent extends DeploymentRef {
  rolloutId: string;
  /** a valid Rollout spec without inline secrets or registry password; `suspend` = scale to zero, keep all */
  spec: JsonObject;
  /** opened values of `spec.secrets`, by name */
  secrets: Record<string, string>;
  /** registry credentials, where the image needs them */
  pull?: { registry: string; username: string; password: string };
  /** stands for the deployment in host names, unique in its project; its id where absent */
  slug?: string;
  /** `slug`: as above, unique among projects */
  project: { name: string; userId: string; username: string; slug?: string };
}

/** The secret values of one rollout. */
export type RolloutSecrets = Pick<RolloutIntent, 'secrets' | 'pull'>;

export const PHASES = [
  'Pending', // accepted, nothing runs yet
  'Progressing', // moving towards the newest spec
  'Running', // the newest spec serves
  'Degraded', // serves, but not as asked for
  'Failed', // does not get there without help
  'Stopped', // suspended, data kept
  'Unknown', // the engine cannot be asked
] as const;
export type Phase = (typeof PHASES)[number];

export interface Instance {
  /** pod or container name */
  name: string;
  phase: Phase;
  ready: boolean;
  restarts: number;
  image: string;
  /** RFC 3339, '' before it started */
  startedAt: string;
  reason: string;
  message: string;
}

/** The newest thing known about one deployment. */
export interface RolloutObservation extends DeploymentRef {
  /** the rollout the engine works on; '' when unknown */
  rolloutId: string;
  phase: Phase;
  /** UpperCamel; '' when Running */
  reason: string;
  /** plain words a person can act on */
  message: string;
  replicas: { desired: number; updated: number; ready: number };
  instances: Instance[];
  urls: string[];
  /** the spec somebody put there in our place (kubectl edit), in the form of `RolloutIntent.spec`; absent without drift */
  drift?: JsonObject;
  /** the resource's raw status, in the shape the engine gives it */
  status: JsonObject;
}

export type DriverEvent =
  | { type: 'observed'; observation: RolloutObservation }
  /** the engine holds nothing for it any more (or its intent was lost): re-apply or forget */
  | { type: 'removed'; ref: DeploymentRef }
  /** everything that exists has been reported; again after every reconnect */
  | { type: 'synced' }
  /** the engine cannot be heard; `synced` ends this state */
  | { type: 'disconnected'; message: string };

export interface LogLine {
  instance: string;
  container: string;
  /** RFC 3339 with nanoseconds */
  time: string;
  text: string;
}
export interface LogOptions {
  /** one instance only; absent: all, merged, following instances that come and go */
  instance?: string;
  container?: string;
  follow: boolean;
  /** lines from the end, per instance */
  tail?: number;
  sinceTime?: string;
  /** the run before the last restart */
  previous?: boolean;
  signal: AbortSignal;
}

export interface EngineEvent {
  id: string;
  time: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  object: { kind: string; name: string };
  count: number;
}

/** What an instance uses right now. */
export interface InstanceUsage {
  instance: string;
  /** RFC 3339: when it was measured */
  time: string;
  /** cores */
  cpu: number;
  /** bytes, without what could be given back at once */
  memory: number;
  /** bytes since its start; absent where the engine does not count them */
  network?: { received: number; sent: number };
}

/**
 * An engine that runs rollouts. Methods resolve when the *intent* is durably recorded on the engine;
 * progress comes only from `watch`.
 * Errors: `unavailable` (engine away: try again), `invalid` (the engine refuses the spec; `data` by spec path),
 * `forbidden`, `conflict` (the name belongs to somebody else), `not_found`.
 */
export interface RolloutDriver {
  readonly name: 'kubernetes' | 'docker' | 'none';
  /** Would the engine take it? Throws `invalid` or `forbidden`; never changes anything. */
  check(intent: RolloutIntent, options: { signal: AbortSignal }): Promise<void>;
  /**
   * Idempotent; writes nothing when the engine already holds this intent, even where somebody changed it there
   * (drift): `revert` puts such a spec back. A newer call wins.
   */
  apply(intent: RolloutIntent, options: { signal: AbortSignal; revert?: boolean }): Promise<void>;
  /** Idempotent. Volumes stay unless `deleteData`. */
  remove(ref: DeploymentRef, options: { deleteData: boolean; signal: AbortSignal }): Promise<void>;
  /** Idempotent. The namespace or network stays while it holds retained volumes, unless `deleteData`. */
  removeProject(
    projectId: string,
    options: { deleteData: boolean; signal: AbortSignal },
  ): Promise<void>;
  /**
   * Removes secret values that no `kept` rollout of the deployment needs; the running one's stay. Absent where the
   * engine keeps none of its own.
   */
  pruneSecrets?(
    ref: DeploymentRef,
    options: { kept: readonly RolloutSecrets[]; signal: AbortSignal },
  ): Promise<void>;
  /** New instances of the same spec, by the rollout strategy. */
  restart(ref: DeploymentRef, options: { signal: AbortSignal }): Promise<void>;
  /** Ends one instance; the engine replaces it. */
  removeInstance(
    ref: DeploymentRef,
    options: { instance: string; signal: AbortSignal },
  ): Promise<void>;
  /** The installation's deployments: first all that exist, `synced`, then changes. Ends with the signal. */
  watch(options: { signal: AbortSignal }): AsyncIterable<DriverEvent>;
  logs(ref: DeploymentRef, options: LogOptions): AsyncIterable<LogLine>;
  /** Events of the deployment and all its children, oldest first; then new ones when `follow`. */
  events(
    ref: DeploymentRef,
    options: { follow: boolean; signal: AbortSignal },
  ): AsyncIterable<EngineEvent>;
  /**
   * What the running instances use; one that was not measured yet is left out. Absent where nothing is measured.
   */
  metrics?(ref: DeploymentRef, options: { signal: AbortSignal }): Promise<InstanceUsage[]>;
  close(): Promise<void>;
}
