import type { ObservedContainerStatus, ObservedPod } from '../observed.ts';

export interface Problem {
  /** UpperCamel */
  reason: string;
  message: string;
  /** it may go away without anybody's help: a node is added, a volume is provisioned */
  waits: boolean;
}

const MAX_MESSAGE = 1000;

/** Why this pod does not run; undefined when it does, or is on its way. */
export function problemOf(pod: ObservedPod): Problem | undefined {
  return unschedulable(pod) ?? containerProblem(pod) ?? evicted(pod);
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

function containerProblem(pod: ObservedPod): Problem | undefined {
  for (const status of pod.status?.containerStatuses ?? []) {
    const problem = waitingProblem(pod, status) ?? killedProblem(status);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const PULL = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];
const CONFIG = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

function waitingProblem(pod: ObservedPod, status: ObservedContainerStatus): Problem | undefined {
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  if (PULL.includes(reason)) {
    const image = pod.spec.containers.find(({ name }) => name === status.name)?.image;
    const why = message === '' ? reason : message;
    return {
      reason: 'ImagePullFailed',
      message: short(`Cannot pull image ${image ?? status.image}: ${why}`),
      waits: false,
    };
  }
  if (CONFIG.includes(reason)) return { reason, message: short(message), waits: false };
  return reason === 'CrashLoopBackOff' ? crashed(status) : undefined;
}

/** Running again, or about to; still worth telling while it is not ready. */
function killedProblem(status: ObservedContainerStatus): Problem | undefined {
  if (status.ready) return undefined;
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  return ended?.reason === 'OOMKilled' ? crashed(status) : undefined;
}

function crashed(status: ObservedContainerStatus): Problem {
  const ended = status.lastState?.terminated ?? status.state?.terminated;
  if (ended?.reason === 'OOMKilled') {
    return {
      reason: 'OOMKilled',
      message: `The container needed more memory than its limit and was killed; restarted ${status.restartCount} times.`,
      waits: false,
    };
  }
  const code = ended?.exitCode === undefined ? '' : ` with exit code ${ended.exitCode}`;
  const last = (ended?.message ?? '').trim();
  return {
    reason: 'CrashLoopBackOff',
    message: short(
      `The container ended${code} and was restarted ${status.restartCount} times${last === '' ? '.' : `: ${last}`}`,
    ),
    waits: false,
  };
}

const short = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
