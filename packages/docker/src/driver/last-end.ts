import { demux } from './demux.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { isReady } from './pass.ts';
import type { Pass } from './pass.ts';

/** How a container ended the last time, with the last it said. */
export interface LastEnd {
  restarts: number;
  exitCode: number;
  oomKilled: boolean;
  log: string;
}

const LINES = 5;

/** Of the containers that crash, the first time too; read once for each restart. */
export async function lastEnds(
  pass: Pass,
  known: ReadonlyMap<string, LastEnd>,
  { context, signal }: { context: DriverContext; signal: AbortSignal },
): Promise<Map<string, LastEnd>> {
  const ends = new Map<string, LastEnd>();
  for (const one of [...pass.fresh, ...pass.servers]) {
    const before = known.get(one.name);
    const end = endOf(one, before);
    if (end === undefined) continue;
    const isNew = before?.restarts !== end.restarts || before.log === '';
    if (!isReady(pass, one) && isNew) end.log = await lastLines(one, context, signal);
    ends.set(one.name, end);
  }
  return ends;
}

/** While it runs again Docker has forgotten how it ended. */
function endOf(one: Container, before: LastEnd | undefined): LastEnd | undefined {
  const { restarts, exitCode, oomKilled } = one;
  if (restarts === 0) return before;
  const log = before?.log ?? '';
  if (one.status !== 'running') return { restarts, exitCode, oomKilled, log };
  return { restarts, oomKilled, exitCode: before?.exitCode ?? 1, log };
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
