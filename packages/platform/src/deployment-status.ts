import type { AppError, DeploymentRef, Phase, RolloutObservation } from '@davit/domain';

/** What is known about a deployment from both sides: what was asked for, and what the engine reported. */
export interface Knowledge {
  ref: DeploymentRef;
  /** the rollout that shall be on the engine; null where none was ever created, undefined until it was looked up */
  desired: string | null | undefined;
  /** why the newest intent is not on the engine */
  failure?: AppError;
  observation?: RolloutObservation;
  observedAt: string;
  /** whether observations arrive at the moment */
  connected: boolean;
  /** whether the engine has told all it holds, at least once */
  listed: boolean;
}

export interface DeploymentStatus extends RolloutObservation {
  /** RFC 3339: when the engine last reported; '' when it never did */
  observedAt: string;
  /** true while the engine cannot be heard: what is shown may have changed */
  stale: boolean;
}

interface Verdict {
  phase: Phase;
  reason: string;
  message: string;
}

/** The one status that is shown everywhere. Pure. */
export function deploymentStatus(known: Knowledge): DeploymentStatus {
  return {
    ...unobserved,
    ...known.observation,
    ...known.ref,
    ...verdict(known),
    observedAt: known.observedAt,
    stale: !known.connected,
  };
}

const unobserved = {
  rolloutId: '',
  replicas: { desired: 0, updated: 0, ready: 0 },
  instances: [],
  urls: [],
  status: {},
};

const starting: Verdict = {
  phase: 'Unknown',
  reason: 'Starting',
  message: 'Davit has just started and looks the deployment up.',
};

function verdict(known: Knowledge): Verdict {
  const { desired, failure, observation } = known;
  if (desired === undefined) return observation === undefined ? starting : seen(observation);
  if (desired === null) {
    return { phase: 'Pending', reason: 'NoRollout', message: 'Nothing is deployed yet.' };
  }
  if (failure !== undefined) return failed(known, failure);
  if (observation === undefined && !known.listed) return starting;
  if (observation === undefined) {
    return { phase: 'Pending', reason: 'Applying', message: 'Waiting for the engine to take it.' };
  }
  if (observation.rolloutId !== desired) {
    return {
      phase: 'Progressing',
      reason: 'Applying',
      message: 'The engine takes the new rollout.',
    };
  }
  return seen(observation);
}

const seen = ({ phase, reason, message }: RolloutObservation): Verdict => ({
  phase,
  reason,
  message,
});

const isAway = ({ code }: AppError): boolean => code === 'unavailable' || code === 'timeout';

function failed(known: Knowledge, failure: AppError): Verdict {
  if (isAway(failure)) return away(known, failure);
  const reason = failure.reason ?? 'ApplyFailed';
  return { phase: 'Failed', reason, message: `${failure.message}${serving(known)}` };
}

function away(known: Knowledge, failure: AppError): Verdict {
  const { desired, listed, observation } = known;
  const reason = failure.reason ?? 'EngineUnavailable';
  if (observation !== undefined && observation.rolloutId === desired) {
    const message = `${failure.message} What was asked for last is applied as soon as the engine answers.`;
    return { phase: observation.phase, reason, message };
  }
  return {
    // after a restart it may well be there already
    phase: observation === undefined && !listed ? 'Unknown' : 'Pending',
    reason,
    message: `${failure.message} The rollout is saved and is applied as soon as the engine answers.${serving(known)}`,
  };
}

const serving = ({ observation }: Knowledge): string =>
  (observation?.replicas.ready ?? 0) > 0 ? ' The previous rollout still serves.' : '';
