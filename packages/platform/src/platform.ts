import { AppError } from '@davit/domain';
import type {
  DeploymentRef,
  EngineEvent,
  EventBus,
  InstanceUsage,
  JsonObject,
  LogLine,
  LogOptions,
  RolloutDriver,
} from '@davit/domain';
import type { AuthRecord, RequestInfo } from '@davit/records';
import { adoptedManifest } from './adopt.ts';
import { COLLECTION_IDS } from './collections.ts';
import type { DeploymentStatus } from './deployment-status.ts';
import type { PlatformParts } from './parts.ts';
import { MASK } from './seal.ts';
import { secretPlaces } from './secret-places.ts';
import type { StatusBoard } from './status-board.ts';
import type { Causes } from './rollout-create.ts';
import { ownsProject } from './target.ts';
import { currentRollout, readWanted } from './wanted.ts';

export interface EngineState {
  driver: RolloutDriver['name'];
  connected: boolean;
  /** why it is not connected; '' otherwise */
  message: string;
}

export interface PlatformOptions {
  parts: PlatformParts;
  board: StatusBoard;
  /** why a request creates a rollout, where it was not a person's own wish */
  causes: Causes;
  /** something was written beside the sync: let it look again */
  onReverted(ref: DeploymentRef): void;
}

/**
 * What may be done with a running deployment. Every method is for one caller and throws `not_found` for a
 * deployment that is not the caller's; whether it exists is nobody else's business.
 */
export class Platform {
  readonly #parts: PlatformParts;
  readonly #board: StatusBoard;
  readonly #causes: Causes;
  readonly #options: PlatformOptions;

  constructor(options: PlatformOptions) {
    this.#parts = options.parts;
    this.#board = options.board;
    this.#causes = options.causes;
    this.#options = options;
  }

  get bus(): EventBus {
    return this.#parts.bus;
  }

  engine(): EngineState {
    const { connected, message } = this.#board;
    return { driver: this.#parts.driver.name, connected, message };
  }

  /** Throws `unauthenticated` for guests, `not_found` for what is not the caller's. */
  async authorize(auth: AuthRecord | undefined, ref: DeploymentRef): Promise<void> {
    await this.authorizeProject(auth, ref.projectId);
    const { records } = this.#parts;
    const deployment = await records.get(COLLECTION_IDS.deployments, ref.deploymentId);
    if (deployment?.project !== ref.projectId) throw notFound();
  }

  /** Throws `unauthenticated` once the account is gone, or its tokens or its API key were revoked. */
  async stillSignedIn(auth: AuthRecord | undefined): Promise<void> {
    if (auth && (await this.#parts.records.auth.stillValid(auth))) return;
    throw new AppError('unauthenticated', 'Missing or invalid authentication.');
  }

  /** As `authorize`, for a whole project. */
  async authorizeProject(auth: AuthRecord | undefined, projectId: string): Promise<void> {
    if (auth === undefined) {
      throw new AppError('unauthenticated', 'Missing or invalid authentication.');
    }
    const project = await this.#parts.records.get(COLLECTION_IDS.projects, projectId);
    if (!project || !ownsProject(auth, project)) throw notFound();
  }

  /** The newest status. `authorize` first. */
  async status(ref: DeploymentRef): Promise<DeploymentStatus> {
    if (!this.#board.knows(ref)) {
      const rollout = await currentRollout(this.#parts, ref.deploymentId);
      // the sync may have looked it up meanwhile, and later
      if (!this.#board.knows(ref)) this.#board.want(ref, rollout?.id ?? null);
    }
    return withoutSecrets(this.#board.status(ref));
  }

  /** The newest status of every deployment of a project. `authorizeProject` first. */
  async statuses(projectId: string): Promise<DeploymentStatus[]> {
    const deployments = await this.#parts.records.find(COLLECTION_IDS.deployments, {
      filter: 'project = {:project}',
      params: { project: projectId },
    });
    return Promise.all(deployments.map(({ id }) => this.status({ projectId, deploymentId: id })));
  }

  logs(ref: DeploymentRef, options: LogOptions): AsyncIterable<LogLine> {
    return this.#parts.driver.logs(ref, options);
  }

  events(
    ref: DeploymentRef,
    options: { follow: boolean; signal: AbortSignal },
  ): AsyncIterable<EngineEvent> {
    return this.#parts.driver.events(ref, options);
  }

  /** What its instances use right now. Throws `unsupported` where the engine measures nothing. */
  async metrics(ref: DeploymentRef, signal: AbortSignal): Promise<InstanceUsage[]> {
    const { driver } = this.#parts;
    if (driver.metrics) return driver.metrics(ref, { signal });
    throw new AppError('unsupported', 'The engine does not tell what instances use.');
  }

  restart(ref: DeploymentRef, { request, signal }: ActionOptions): Promise<void> {
    return this.#noted(ref, { request, action: 'deployment.restart' }, () =>
      this.#parts.driver.restart(ref, { signal }),
    );
  }

  removeInstance(
    ref: DeploymentRef,
    { instance, request, signal }: ActionOptions & { instance: string },
  ): Promise<void> {
    const detail = { instance };
    return this.#noted(ref, { request, action: 'deployment.removeInstance', detail }, () =>
      this.#parts.driver.removeInstance(ref, { instance, signal }),
    );
  }

  /**
   * A spec that was edited on the engine becomes a rollout record of its own.
   * Throws `conflict` without drift, `invalid` where the edit is no valid spec.
   */
  async adopt(ref: DeploymentRef, request: RequestInfo): Promise<JsonObject> {
    const { drift } = this.#board.status(ref);
    const running = await currentRollout(this.#parts, ref.deploymentId);
    if (!drift || !running) throw new AppError('conflict', 'There is no change to adopt.');
    const create: RequestInfo = {
      ...request,
      method: 'POST',
      query: {},
      headers: { ...request.headers },
      body: {
        user: running.user ?? '',
        project: ref.projectId,
        deployment: ref.deploymentId,
        manifest: adoptedManifest(drift, running.manifest as JsonObject),
      },
    };
    this.#causes.set(create.headers, 'kubectl');
    return this.#parts.records.create(COLLECTION_IDS.rollouts, create);
  }

  /** Puts the stored spec back in place of an edited one. Throws `conflict` where nothing runs. */
  async revert(ref: DeploymentRef, { request, signal }: ActionOptions): Promise<void> {
    const wanted = await readWanted(this.#parts, ref);
    if (wanted.kind !== 'apply') throw new AppError('conflict', 'There is nothing to put back.');
    try {
      await this.#noted(ref, { request, action: 'deployment.revert' }, () =>
        this.#parts.driver.apply(wanted.intent, { signal, revert: true }),
      );
    } finally {
      // a rollout that was created meanwhile has the last word
      this.#options.onReverted(ref);
    }
  }

  /** What happens on the engine alone is in the audit log before it happens. */
  #noted<T>(
    { projectId, deploymentId }: DeploymentRef,
    { request, action, detail }: { request: RequestInfo; action: string; detail?: JsonObject },
    work: () => Promise<T>,
  ): Promise<T> {
    const { records } = this.#parts;
    const collection = records.collections.find(COLLECTION_IDS.deployments)?.name ?? '';
    const note = { action, collection, record: deploymentId };
    return records.audit.around(
      request,
      { ...note, detail: { ...detail, project: projectId } },
      work,
    );
  }
}

/** Who wants it, and for how long. */
export interface ActionOptions {
  request: RequestInfo;
  signal: AbortSignal;
}

const notFound = (): AppError => new AppError('not_found', "The requested resource wasn't found.");

/** A spec edited on the engine may name secrets in the open. */
function withoutSecrets(status: DeploymentStatus): DeploymentStatus {
  if (status.drift === undefined) return status;
  const drift = structuredClone(status.drift);
  for (const place of secretPlaces(drift)) place.set(MASK);
  return { ...status, drift };
}
