import type { ObservedContainerStatus, ObservedPod } from '../observed.ts';

export interface Problem {
  /** UpperCamel */
  reason: string;
  message: string;
  /** it may go away without anybody's help: a node is added, a volume is provisioned */
  waits: boolean;
}

const MAX_MESSAGE = 1000;

/**
 * Why this pod does not run; undefined when it does, or is on its way. `unproven`: that it is ready says nothing yet,
 * because no instance has gone on for long enough.
 */
export function problemOf(pod: ObservedPod, { unproven = false } = {}): Problem | undefined {
  return unschedulable(pod) ?? containerProblem(pod, unproven) ?? evicted(pod);
}

function unschedulable(pod: ObservedPod): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  return { reason: 'Unschedulable', message: short(scheduled.message ?? ''), waits: true };
}

function evicted(pod: ObservedPod): Problem | undefined {
  if (pod.status?.phase !== 'Failed') return undefined;
  return {
    reason: pod.status.reason ?? 'PodFailed',
    message: short(pod.status.message ?? 'The pod failed.'),
    waits: false,
  };
}

/** What runs before the app, and beside it, keeps it from starting, too. */
function containerProblem(pod: ObservedPod, unproven: boolean): Problem | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const apps = containerStatuses.map((status) => ({ ...status, ready: status.ready && !unproven }));
  for (const status of [...initContainerStatuses, ...apps]) {
    const problem = waitingProblem(pod, status) ?? endedProblem(pod, status);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const PULL = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];
const CONFIG = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

function waitingProblem(pod: ObservedPod, status: ObservedContainerStatus): Problem | undefined {
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  if (PULL.includes(reason)) {
    const { containers, initContainers = [] } = pod.spec;
    const image = [...containers, ...initContainers].find(
      ({ name }) => name === status.name,
    )?.image;
    const why = message === '' ? reason : message;
    return {
      reason: 'ImagePullFailed',
      message: short(`Cannot pull image ${image ?? status.image}: ${why}`),
      waits: false,
    };
  }
  if (CONFIG.includes(reason)) return { reason, message: short(message), waits: false };
  return reason === 'CrashLoopBackOff' ? crashed(pod, status) : undefined;
}

/** About to start again, or doing so for want of memory or not for the first time: told until it is ready. */
function endedProblem(pod: ObservedPod, status: ObservedContainerStatus): Problem | undefined {
  if (status.ready) return undefined;
  const now = status.state?.terminated;
  const ended = now ?? status.lastState?.terminated;
  const failed = ended?.exitCode !== undefined && ended.exitCode !== 0;
  const again = failed && status.restartCount > (now === undefined ? 1 : 0);
  return again || ended?.reason === 'OOMKilled' ? crashed(pod, status) : undefined;
}

function crashed(pod: ObservedPod, status: ObservedContainerStatus): Problem {
  const isApp = pod.spec.containers[0]?.name === status.name;
  const container = isApp ? 'The container' : `The container ${status.name}`;
  const ended = status.state?.terminated ?? status.lastState?.terminated ?? {};
  if (ended.reason === 'OOMKilled') {
    const killed = `${container} needed more memory than its limit and was killed`;
    const message = [killed, ...restarts(status)].join('; ');
    return { reason: 'OOMKilled', message: `${message}.`, waits: false };
  }
  const { exitCode, message = '' } = ended;
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const what = [`${container} ended${code}`, ...restarts(status)].join(' and was ');
  const last = message.trim() === '' ? '.' : `: ${message.trim()}`;
  return { reason: 'CrashLoopBackOff', message: short(`${what}${last}`), waits: false };
}

function restarts({ restartCount }: ObservedContainerStatus): string[] {
  if (restartCount === 0) return [];
  return [restartCount === 1 ? 'restarted once' : `restarted ${restartCount} times`];
}

const short = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
