import type { Instance, Phase } from '@davit/domain';
import { problemOf } from '@davit/rollout';
import type { ObservedPod, Problem } from '@davit/rollout';

/** A pod as one instance of its deployment. */
export function instanceOf(pod: ObservedPod): Instance {
  const leaving = pod.metadata.deletionTimestamp !== undefined;
  const containers = containersOf(pod);
  const common = {
    name: pod.metadata.name,
    restarts: containers.restarts,
    image: pod.spec.containers[0]?.image ?? '',
    startedAt: containers.startedAt,
  };
  if (leaving) {
    return { ...common, phase: 'Stopped', ready: false, reason: 'Terminating', message: '' };
  }
  const problem = problemOf(pod);
  const { ready } = containers;
  const { reason = '', message = '' } = problem ?? {};
  return { ...common, phase: phaseOf(pod, { ready, problem }), ready, reason, message };
}

function containersOf(pod: ObservedPod): { ready: boolean; restarts: number; startedAt: string } {
  const statuses = pod.status?.containerStatuses ?? [];
  const running = statuses.map(({ state }) => state?.running?.startedAt).find(Boolean);
  return {
    ready: statuses.length > 0 && statuses.every((status) => status.ready),
    restarts: statuses.reduce((sum, status) => sum + status.restartCount, 0),
    startedAt: running ?? pod.status?.startTime ?? '',
  };
}

function phaseOf(
  pod: ObservedPod,
  { ready, problem }: { ready: boolean; problem: Problem | undefined },
): Phase {
  if (problem !== undefined) return problem.waits ? 'Pending' : 'Failed';
  switch (pod.status?.phase) {
    case 'Running':
      return ready ? 'Running' : 'Progressing';
    case 'Succeeded':
      return 'Stopped';
    case 'Failed':
      return 'Failed';
    case 'Unknown':
      return 'Unknown';
    default:
      return 'Pending';
  }
}
