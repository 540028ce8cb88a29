import { rm, writeFile } from 'node:fs/promises';
import type { EdgeAddresses } from '@davit/domain';
import { createEdge, type EdgeOptions } from './edge.ts';
import { receiveInheritance, startSuccessor, type SuccessorCommand } from './successor.ts';

export interface EdgeConfig extends Omit<EdgeOptions, 'startSuccessor' | 'inherited'> {
  /** how to start the next version of this program at these addresses; without it `POST /handover` is refused */
  successor?: (listens: EdgeAddresses) => SuccessorCommand;
  /** this process was started as a successor */
  inherit?: boolean;
  /** holds the id of the process that serves: a successor writes its own */
  pidFile?: string;
  /** milliseconds that open requests get when the edge is stopped; 30 s where absent */
  stopMs?: number;
}

/**
 * Runs the edge until the signal (then it drains) or until a successor has taken over and the last request is done.
 * Errors as in `createEdge`.
 */
export async function runEdge(
  config: EdgeConfig,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { successor, inherit = false, pidFile, stopMs, logger } = config;
  const inheritance = inherit ? await receiveInheritance() : undefined;
  const edge = await createEdge({
    ...config,
    ...(inheritance ? { inherited: inheritance.take.bind(inheritance) } : {}),
    ...(successor && {
      startSuccessor: (listeners, listens) => startSuccessor(successor(listens), listeners),
    }),
  });
  if (pidFile !== undefined) await writeFile(pidFile, `${process.pid}\n`);
  inheritance?.announce();
  const { http, https } = edge.addresses;
  logger.log('info', 'edge serves', { http, https, generation: edge.status().generation });
  const stop = Promise.withResolvers<'stop'>();
  const onAbort = (): void => stop.resolve('stop');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const end = await Promise.race([stop.promise, edge.ended.then(() => 'replaced' as const)]);
  signal.removeEventListener('abort', onAbort);
  if (end === 'replaced') return;
  logger.log('info', 'edge stops', {
    open: edge.status().apps.reduce((n, { open }) => n + open, 0),
  });
  await edge.close(stopMs === undefined ? {} : { drainMs: stopMs });
  if (pidFile !== undefined) await rm(pidFile, { force: true });
}
