import { AppError } from '@davit/domain';
import type { DeploymentRef, LogLine, LogOptions } from '@davit/domain';
import { listContainers } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { demux } from './demux.ts';
import type { LogQuery } from '../docker-api.ts';

/** The containers whose logs are meant. Throws `not_found` for a named one that is not there. */
export async function logContainers(
  ref: DeploymentRef,
  context: DriverContext,
  { instance, container, signal }: LogOptions,
): Promise<Container[]> {
  if (container !== undefined && container !== '' && container !== ref.deploymentId) {
    throw new AppError('not_found', `There is no container ${container}.`);
  }
  const all = await listContainers(context, ref, signal);
  const found = instance === undefined ? all : all.filter(({ name }) => name === instance);
  if (instance === undefined || found.length > 0) return found;
  throw new AppError('not_found', `There is no instance ${instance}.`);
}

/** What has been written, merged by time. */
export async function* readLogs(
  ref: DeploymentRef,
  context: DriverContext,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const containers = await logContainers(ref, context, options);
  const sources = containers.map((one) => openLog(one, context, queryOf(one, options)));
  yield* merge(sources.map((open) => open(options.signal)));
}

function queryOf({ startedAt }: Container, options: LogOptions): LogQuery {
  const { tail, sinceTime, previous } = options;
  return {
    ...(tail === undefined ? {} : { tail }),
    ...(sinceTime === undefined || sinceTime === '' ? {} : { since: secondsOf(sinceTime) }),
    // Docker keeps one log through all runs: what is older than this run belongs to those before
    ...(previous === true && startedAt !== '' ? { until: secondsOf(startedAt) } : {}),
  };
}

/** The lines of one container; a container that went meanwhile has none. */
export function openLog(one: Container, { docker }: DriverContext, query: LogQuery) {
  return async function* (signal: AbortSignal): AsyncGenerator<LogLine> {
    try {
      const stream = await docker.logs(one.id, query, { signal });
      for await (const { time, text } of demux(stream)) {
        yield { instance: one.name, container: one.deploymentId, time, text };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!AppError.is(error, 'not_found') && !AppError.is(error, 'conflict')) throw error;
    }
  };
}

/** Sorted sources as one sorted stream. */
async function* merge(sources: AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const heads = await Promise.all(sources.map((source) => source.next()));
  try {
    for (;;) {
      const first = earliest(heads);
      const [source, head] = [sources[first], heads[first]];
      if (source === undefined || head === undefined || head.done === true) return;
      yield head.value;
      heads[first] = await source.next();
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

/** The position of the line that was written first; -1 where all sources are at their end. */
function earliest(heads: readonly IteratorResult<LogLine>[]): number {
  let first = -1;
  for (const [index, head] of heads.entries()) {
    if (head.done === true) continue;
    const best = heads[first];
    const isFirst = best === undefined || best.done === true;
    if (isFirst || compareTimes(head.value.time, best.value.time) < 0) first = index;
  }
  return first;
}

/** RFC 3339 in UTC as `seconds.nanoseconds`, the way Docker wants it. */
export function secondsOf(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  const seconds = Math.floor(Date.parse(time) / 1000);
  return Number.isNaN(seconds) ? '0' : `${seconds}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

/** Negative, zero or positive; fractions may be of different length. */
export function compareTimes(a: string, b: string): number {
  const [left, right] = [a, b].map((time) => [time.slice(0, 19), time.slice(20).replace(/Z$/, '')]);
  const [aSecond = '', aFraction = ''] = left ?? [];
  const [bSecond = '', bFraction = ''] = right ?? [];
  if (aSecond !== bSecond) return aSecond < bSecond ? -1 : 1;
  const [x, y] = [aFraction.padEnd(9, '0'), bFraction.padEnd(9, '0')];
  return x === y ? 0 : x < y ? -1 : 1;
}
