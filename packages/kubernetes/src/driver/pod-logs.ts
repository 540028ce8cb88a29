import type { LogLine, LogOptions } from '@davit/domain';
import { resourcePath } from '../resource-path.ts';
import { RESOURCES } from '../resource-types.ts';
import type { DriverContext } from './context.ts';
import { linesOf } from './log-lines.ts';

export interface PodLogRequest {
  namespace: string;
  pod: string;
  container: string;
  follow: boolean;
  tail?: number | undefined;
  sinceTime?: string | undefined;
  previous?: boolean | undefined;
}

export function requestOf(
  options: LogOptions,
  pod: { namespace: string; name: string; container: string },
): PodLogRequest {
  return {
    namespace: pod.namespace,
    pod: pod.name,
    container: pod.container,
    follow: options.follow,
    tail: options.tail,
    sinceTime: options.sinceTime,
    previous: options.previous,
  };
}

const STAMP = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?/;

/** The log of one container: opened when this resolves, so that a refusal is told from an end. */
export async function openPodLog(
  request: PodLogRequest,
  { kube }: DriverContext,
  signal: AbortSignal,
): Promise<AsyncGenerator<LogLine>> {
  const { namespace, pod, container, follow, tail, sinceTime, previous } = request;
  const path = resourcePath(RESOURCES.Pod, { namespace, name: pod, subresource: 'log' });
  const query = { container, follow, previous, sinceTime, tailLines: tail, timestamps: true };
  const body = await kube.stream(path, { query, signal });
  return read();

  async function* read(): AsyncGenerator<LogLine> {
    let time = '';
    try {
      for await (const line of linesOf(body as AsyncIterable<Uint8Array>)) {
        const stamp = STAMP.exec(line);
        // the second piece of a long line has no time of its own
        time = stamp?.[1] ?? time;
        const text = stamp === null ? line : line.slice(stamp[0].length);
        yield { instance: pod, container, time, text };
      }
    } finally {
      body.destroy();
    }
  }
}
