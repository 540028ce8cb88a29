import { AppError } from '@davit/domain';
import type { DeploymentRef, LogLine, LogOptions } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { ObservedPod } from '@davit/rollout';
import type { KubeList, KubeObject } from '../kube-object.ts';
import { pathOf, podSelector } from './context.ts';
import type { DriverContext } from './context.ts';
import { openPodLog, requestOf } from './pod-logs.ts';

type Pod = KubeObject & ObservedPod;

/** What the instances have written until now, merged by time. At most one line of each is held. */
export async function* readLogs(
  ref: DeploymentRef,
  context: DriverContext,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const pods = await logPods(ref, context, options);
  const opened = await Promise.all(pods.map((pod) => open(pod, { ref, context, options })));
  yield* mergeByTime(opened.filter((log) => log !== undefined));
}

/** Pods of the deployment; the named one only, where one is named. Throws `not_found` when that is missing. */
export async function logPods(
  ref: DeploymentRef,
  context: DriverContext,
  { instance, signal }: LogOptions,
): Promise<Pod[]> {
  const { kube } = context;
  if (instance === undefined) {
    const query = { labelSelector: podSelector(ref) };
    const path = pathOf('Pod', ref.projectId);
    return (await kube.get<KubeList<Pod>>(path, { query, signal })).items ?? [];
  }
  const pod = await kube.get<Pod>(pathOf('Pod', ref.projectId, instance), { signal });
  if (pod.metadata.labels?.[LABELS.deploymentId] === ref.deploymentId) return [pod];
  throw new AppError('not_found', 'The deployment has no such instance.');
}

interface Reading {
  ref: DeploymentRef;
  context: DriverContext;
  options: LogOptions;
}

async function open(
  pod: Pod,
  { ref, context, options }: Reading,
): Promise<AsyncGenerator<LogLine> | undefined> {
  const { name } = pod.metadata;
  const container = containerOf(pod, ref, options);
  const request = requestOf(options, { namespace: ref.projectId, name, container });
  try {
    return await openPodLog(request, context, options.signal);
  } catch (error) {
    // of many instances some have not started, have had no previous run, or are gone
    const empty = AppError.is(error, 'invalid') || AppError.is(error, 'not_found');
    if (!empty || options.instance !== undefined) throw error;
    return undefined;
  }
}

/** The one that was asked for; else the app's own, which others may have added containers to. */
export function containerOf(
  pod: ObservedPod,
  ref: DeploymentRef,
  options: Pick<LogOptions, 'container'>,
): string {
  if (options.container !== undefined) return options.container;
  const names = pod.spec.containers.map(({ name }) => name);
  return names.includes(ref.deploymentId) ? ref.deploymentId : (names[0] ?? '');
}

export async function* mergeByTime(logs: AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const heads: { line: LogLine; log: AsyncGenerator<LogLine> }[] = [];
  const pull = async (log: AsyncGenerator<LogLine>): Promise<void> => {
    const next = await log.next();
    if (next.done !== true) heads.push({ line: next.value, log });
  };
  try {
    await Promise.all(logs.map(pull));
    while (heads.length > 0) {
      const earliest = heads.reduce((a, b) => (compareTimes(b.line.time, a.line.time) < 0 ? b : a));
      heads.splice(heads.indexOf(earliest), 1);
      yield earliest.line;
      await pull(earliest.log);
    }
  } finally {
    await Promise.all(logs.map((log) => log.return(undefined)));
  }
}

/** RFC 3339 in UTC with any number of decimals: `.5` is later than `.123`. */
export function compareTimes(a: string, b: string): number {
  const [x, y] = [a.replace(/Z$/, ''), b.replace(/Z$/, '')];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
