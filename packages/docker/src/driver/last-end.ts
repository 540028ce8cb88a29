import { demux } from './demux.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { isCrashing } from './pass.ts';
import type { Pass } from './pass.ts';

/** How a container ended the last time, with the last it said. */
export interface LastEnd {
  restarts: number;
  exitCode: number;
  oomKilled: boolean;
  log: string;
}

const LINES = 5;

/** Of the containers that crash; read once for each restart. */
export async function lastEnds(
  pass: Pass,
  known: ReadonlyMap<string, LastEnd>,
  { context, signal }: { context: DriverContext; signal: AbortSignal },
): Promise<Map<string, LastEnd>> {
  const ends = new Map<string, LastEnd>();
  for (const one of [...pass.fresh, ...pass.servers]) {
    const before = known.get(one.name);
    const ended = one.status !== 'running';
    if (isCrashing(pass, one) && (before?.restarts !== one.restarts || before.log === '')) {
      const log = await lastLines(one, context, signal);
      // while it runs again Docker has forgotten how it ended
      const exitCode = ended ? one.exitCode : (before?.exitCode ?? 1);
      const { restarts, oomKilled } = one;
      ends.set(one.name, { restarts, exitCode, oomKilled, log });
    } else if (ended && one.restarts > 0) {
      const { restarts, exitCode, oomKilled } = one;
      ends.set(one.name, { restarts, exitCode, oomKilled, log: before?.log ?? '' });
    } else if (before !== undefined) ends.set(one.name, before);
  }
  return ends;
}

async function lastLines(
  one: Container,
  { docker }: DriverContext,
  signal: AbortSignal,
): Promise<string> {
  try {
    const stream = await docker.logs(one.id, { tail: LINES, follow: false }, { signal });
    const lines: string[] = [];
    for await (const { text } of demux(stream)) lines.push(text);
    return lines.join('\n');
  } catch {
    signal.throwIfAborted();
    return '';
  }
}
