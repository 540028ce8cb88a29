import { AppError } from '@davit/domain';
import type {
  DeploymentRef,
  DriverEvent,
  RolloutDriver,
  RolloutIntent,
  RolloutObservation,
} from '@davit/domain';

export const NO_ENGINE =
  'No engine runs containers yet. Install Docker beside Davit, or start it with --driver kubernetes.';

/** Stands in where there is no engine: takes every intent, runs nothing, and says so. */
export function createNoneDriver(): RolloutDriver {
  const observations = new Map<string, RolloutObservation>();
  const watchers = new Set<(event: DriverEvent) => void>();
  const announce = (event: DriverEvent): void => watchers.forEach((watcher) => watcher(event));
  const forget = (ref: DeploymentRef): void => {
    if (observations.delete(keyOf(ref))) announce({ type: 'removed', ref });
  };
  return {
    name: 'none',
    check: () => Promise.resolve(),
    apply(intent) {
      const observation = pending(intent);
      const known = observations.get(keyOf(intent));
      observations.set(keyOf(intent), observation);
      if (known?.rolloutId !== intent.rolloutId) announce({ type: 'observed', observation });
      return Promise.resolve();
    },
    remove({ projectId, deploymentId }) {
      forget({ projectId, deploymentId });
      return Promise.resolve();
    },
    removeProject(projectId) {
      for (const ref of observations.values()) {
        if (ref.projectId !== projectId) continue;
        forget({ projectId, deploymentId: ref.deploymentId });
      }
      return Promise.resolve();
    },
    restart: () => Promise.reject(noEngine()),
    removeInstance: () => Promise.reject(noEngine()),
    watch: ({ signal }) => watch({ observations, watchers, signal }),
    logs: refuse,
    events: refuse,
    close: () => Promise.resolve(),
  };
}

interface Watching {
  observations: ReadonlyMap<string, RolloutObservation>;
  watchers: Set<(event: DriverEvent) => void>;
  signal: AbortSignal;
}

async function* watch({ observations, watchers, signal }: Watching): AsyncGenerator<DriverEvent> {
  const queue: DriverEvent[] = [...observations.values()].map((observation) => ({
    type: 'observed',
    observation,
  }));
  queue.push({ type: 'synced' }, { type: 'disconnected', message: NO_ENGINE });
  let wake = (): void => undefined;
  const add = (event: DriverEvent): void => {
    queue.push(event);
    wake();
  };
  const abort = (): void => wake();
  watchers.add(add);
  signal.addEventListener('abort', abort);
  try {
    while (!signal.aborted) {
      const event = queue.shift();
      if (event) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    watchers.delete(add);
    signal.removeEventListener('abort', abort);
  }
}

async function* refuse(): AsyncGenerator<never> {
  await Promise.resolve();
  throw noEngine();
}

function pending(intent: RolloutIntent): RolloutObservation {
  const { projectId, deploymentId, rolloutId, spec } = intent;
  const suspended = spec.suspend === true;
  return {
    projectId,
    deploymentId,
    rolloutId,
    phase: suspended ? 'Stopped' : 'Pending',
    reason: suspended ? 'Suspended' : 'NoEngine',
    message: suspended ? '' : NO_ENGINE,
    replicas: { desired: 0, updated: 0, ready: 0 },
    instances: [],
    urls: [],
    status: {},
  };
}

function noEngine(): AppError {
  return new AppError('unavailable', NO_ENGINE, { reason: 'NoEngine' });
}

const keyOf = (ref: DeploymentRef): string => `${ref.projectId}/${ref.deploymentId}`;
