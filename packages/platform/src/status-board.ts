import { sleep } from '@davit/controller';
import type { AppError, Clock, DeploymentRef, EventBus, RolloutObservation } from '@davit/domain';
import { deploymentStatus } from './deployment-status.ts';
import type { DeploymentStatus, Knowledge } from './deployment-status.ts';

/** told in one go; a listener may have 1,000 waiting */
const PORTION = 100;

type Entry = Omit<Knowledge, 'connected' | 'listed'>;

export interface StatusBoardOptions {
  clock: Clock;
  bus: EventBus;
  /** told whenever something about a deployment changed */
  onChange(ref: DeploymentRef): void;
}

/** The newest knowledge about every deployment, in memory. Changes go to the bus. */
export class StatusBoard {
  readonly #known = new Map<string, Entry>();
  readonly #options: StatusBoardOptions;
  #connected = false;
  #round = 0;
  /** Has the engine told all it holds since the start? */
  #listed = false;
  #message = 'The engine has not answered yet.';

  constructor(options: StatusBoardOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get message(): string {
    return this.#message;
  }

  status(ref: DeploymentRef): DeploymentStatus {
    return deploymentStatus({
      ...this.#entry(ref),
      connected: this.#connected,
      listed: this.#listed,
    });
  }

  observe(observation: RolloutObservation): void {
    const { projectId, deploymentId } = observation;
    this.#change(
      { projectId, deploymentId },
      { observation, observedAt: new Date(this.#options.clock.now()).toISOString() },
    );
  }

  /** Whether it was looked up already what the deployment shall run. */
  knows(ref: DeploymentRef): boolean {
    return this.#entry(ref).desired !== undefined;
  }

  /** Whether the status is more than a guess: right after the start it is not. */
  isCertain(ref: DeploymentRef): boolean {
    const { desired, failure, observation } = this.#entry(ref);
    if (desired === undefined) return false;
    return this.#listed || desired === null || (failure ?? observation) !== undefined;
  }

  /** The rollout that shall be on the engine; null for none. */
  want(ref: DeploymentRef, rolloutId: string | null): void {
    if (this.#entry(ref).desired !== rolloutId) this.#change(ref, { desired: rolloutId });
  }

  /** The engine holds what it should. */
  accepted(ref: DeploymentRef): void {
    if (this.#entry(ref).failure !== undefined) this.#change(ref, { failure: undefined });
  }

  fail(ref: DeploymentRef, failure: AppError): void {
    const before = this.#entry(ref).failure;
    if (before?.code === failure.code && before.message === failure.message) return;
    this.#change(ref, { failure });
  }

  /** The engine holds nothing of it any more. */
  gone(ref: DeploymentRef): void {
    if (this.#known.has(ref.deploymentId)) this.#change(ref, { observation: undefined });
  }

  forget(ref: DeploymentRef): void {
    this.#known.delete(ref.deploymentId);
  }

  connection(connected: boolean, message: string): void {
    if (connected === this.#connected && message === this.#message) return;
    this.#connected = connected;
    this.#message = message;
    this.#options.bus.publish('engine.state', { connected, message });
    const first = connected && !this.#listed;
    this.#listed ||= connected;
    void this.#announceAll();
    if (first) for (const { ref } of this.#known.values()) this.#options.onChange(ref);
  }

  /** In portions: listeners that read along must not be taken for slow ones. */
  async #announceAll(): Promise<void> {
    const { clock } = this.#options;
    const round = (this.#round += 1);
    let told = 0;
    for (const { ref } of [...this.#known.values()]) {
      if (told++ % PORTION === PORTION - 1) await sleep(clock, 0);
      if (round !== this.#round) return; // the next change tells all of them
      if (this.#known.has(ref.deploymentId)) this.#announce(ref);
    }
  }

  #entry(ref: DeploymentRef): Entry {
    return this.#known.get(ref.deploymentId) ?? { ref, desired: undefined, observedAt: '' };
  }

  #change(ref: DeploymentRef, part: { [K in keyof Knowledge]?: Knowledge[K] | undefined }): void {
    this.#known.set(ref.deploymentId, { ...this.#entry(ref), ...part } as Knowledge);
    this.#announce(ref);
    this.#options.onChange(ref);
  }

  #announce(ref: DeploymentRef): void {
    this.#options.bus.publish('rollout.observed', this.status(ref));
  }
}
