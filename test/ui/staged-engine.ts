import { AppError } from '@davit/domain';
import type {
  DeploymentRef,
  DriverEvent,
  EngineEvent,
  LogLine,
  RolloutDriver,
  RolloutObservation,
} from '@davit/domain';

/** What an app is seen to do; the rest of its observation follows from its rollout. */
export interface Scene extends Partial<Omit<RolloutObservation, keyof DeploymentRef>> {
  events?: EngineEvent[];
  lines?: LogLine[];
}

/** An engine that plays what a test asks for, so that every state of the UI can be looked at. */
export interface StagedEngine {
  readonly driver: RolloutDriver;
  /** plays a scene from now on; its rollout is the newest one applied */
  play(ref: DeploymentRef, scene: Scene): void;
  /** says that it cannot be heard, until it is `connected` again */
  disconnect(message: string): void;
  connect(): void;
}

const OPENING: Omit<RolloutObservation, keyof DeploymentRef> = {
  rolloutId: '',
  phase: 'Pending',
  reason: 'Pending',
  message: 'Waiting for the first instance.',
  replicas: { desired: 1, updated: 0, ready: 0 },
  instances: [],
  urls: [],
  status: {},
};

interface Play {
  ref: DeploymentRef;
  scene: Scene;
  rolloutId?: string;
}

export function stagedEngine(): StagedEngine {
  const plays = new Map<string, Play>();
  const queue: DriverEvent[] = [{ type: 'synced' }];
  let wake = (): void => undefined;
  const tell = (event: DriverEvent): void => {
    queue.push(event);
    wake();
  };
  const change = (ref: DeploymentRef, part: Partial<Play>): void => {
    const play = { scene: {}, ...plays.get(ref.deploymentId), ref, ...part };
    plays.set(ref.deploymentId, play);
    if (play.rolloutId !== undefined) tell({ type: 'observed', observation: observationOf(play) });
  };
  const sceneOf = (ref: DeploymentRef): Scene => plays.get(ref.deploymentId)?.scene ?? {};
  const driver: RolloutDriver = {
    name: 'kubernetes',
    check: () => Promise.resolve(),
    apply({ projectId, deploymentId, rolloutId }) {
      change({ projectId, deploymentId }, { rolloutId });
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
    removeProject: () => Promise.resolve(),
    restart: () => Promise.reject(onlyPlays()),
    removeInstance: () => Promise.reject(onlyPlays()),
    async *watch({ signal }) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    logs: (ref, { signal }) => held(sceneOf(ref).lines ?? [], signal),
    events: (ref, { signal }) => held(sceneOf(ref).events ?? [], signal),
    close: () => Promise.resolve(),
  };
  return {
    driver,
    play: (ref, scene) => change(ref, { scene }),
    disconnect: (message) => tell({ type: 'disconnected', message }),
    connect: () => tell({ type: 'synced' }),
  };
}

function observationOf({ ref, scene, rolloutId = '' }: Play): RolloutObservation {
  const observation = { ...OPENING, ...scene, ...ref, rolloutId };
  delete observation.events;
  delete observation.lines;
  return observation;
}

const onlyPlays = (): AppError => new AppError('unsupported', 'This engine only plays.');

/** All there is, then nothing more until the signal, as a follower sees it. */
async function* held<T>(items: readonly T[], signal: AbortSignal): AsyncGenerator<T> {
  yield* items;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
}
