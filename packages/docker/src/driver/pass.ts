import type { AppError, RolloutIntent } from '@davit/domain';
import { desiredReplicas, isRecreated } from '@davit/rollout';
import { planHash } from '../plan/container-plan.ts';
import type { PlanSource } from '../plan/container-plan.ts';
import { isRunning } from './containers.ts';
import type { Container } from './containers.ts';
import type { DeploymentState, Reach } from './driver-state.ts';

/** What travels beside the spec. */
export interface Opened {
  secrets: Record<string, string>;
  pull?: RolloutIntent['pull'];
}

/** One look at a deployment: what is wanted, what there is, and what each container is to it. */
export interface Pass {
  key: string;
  state: DeploymentState;
  opened: Opened;
  source: PlanSource;
  hash: string;
  desired: number;
  /** made from the newest spec, oldest first */
  fresh: Container[];
  /** served before the newest spec, and do until that one does */
  servers: Container[];
  /** tried before, never served */
  leftovers: Container[];
  leaving: Container[];
  /** how the servers are reached */
  reach: Reach;
  /** old instances have to go before new ones come */
  recreates: boolean;
}

export interface PassSource {
  key: string;
  state: DeploymentState;
  opened: Opened;
  salt: string;
  containers: readonly Container[];
  isLeaving(name: string): boolean;
}

export function passOf(of: PassSource): Pass {
  const { key, state, opened, salt, containers } = of;
  const isLeaving = ({ name }: Container): boolean => of.isLeaving(name);
  const { projectId, deploymentId, spec, restartedAt } = state;
  const source = { projectId, deploymentId, spec, secrets: opened.secrets, restartedAt, salt };
  const hash = planHash(source);
  const present = containers.filter((one) => !isLeaving(one));
  const isFresh = (one: Container): boolean =>
    one.hash === hash && one.intact && !state.evicted.includes(one.name);
  const stale = present.filter((one) => !isFresh(one));
  const serving = state.serving?.hash ?? stale.findLast(isRunning)?.hash;
  const serves = ({ hash: its }: Container): boolean => its === serving || its === hash;
  return {
    key,
    state,
    opened,
    source,
    hash,
    desired: desiredReplicas(spec),
    fresh: present.filter(isFresh),
    servers: stale.filter(serves),
    leftovers: stale.filter((one) => !serves(one)),
    leaving: containers.filter(isLeaving),
    reach: state.serving ?? spec,
    recreates: isRecreated(spec),
  };
}

/** Found healthy since its last start. */
export const isReady = ({ state }: Pass, one: Container): boolean =>
  isRunning(one) && one.startedAt !== '' && state.ready[one.name] === one.startedAt;

/** Restarts after which a container that is not ready counts as crashing. */
const CRASHES = 3;

export const isCrashing = (pass: Pass, one: Container): boolean =>
  one.restarts >= CRASHES && !isReady(pass, one);

/** Why the newest spec does not get there. */
export interface Trouble {
  /** the deadline has passed: since when, and what was last seen */
  late?: string | undefined;
  /** Docker, the registry or the edge refused */
  problem?: AppError | undefined;
  /** how far a pull is */
  pulling?: string | undefined;
}

export interface Verdict {
  /** instances that requests go to */
  active: Container[];
  /** the newest spec serves from now on */
  takesOver: boolean;
  /** nothing is missing: everything else may go */
  done: boolean;
  routeState: 'active' | 'hold';
}

/** Who serves. New instances take over when all are ready, or when nothing else serves. */
export function judge(pass: Pass): Verdict {
  const ready = (one: Container): boolean => isReady(pass, one);
  const readyFresh = pass.fresh.filter(ready).slice(0, pass.desired);
  const readyServers = pass.servers.filter(ready);
  const done = readyFresh.length >= pass.desired;
  const takesOver = done || (readyFresh.length > 0 && readyServers.length === 0);
  const active = takesOver ? readyFresh : readyServers;
  // stopped on purpose: what comes meanwhile waits for whoever starts first
  const isBetween = pass.servers.length > 0 || pass.leaving.length > 0;
  const holds = pass.recreates && isBetween && active.length === 0;
  return { active, takesOver, done, routeState: holds ? 'hold' : 'active' };
}
