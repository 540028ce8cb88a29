import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';
import type { EdgePort, Logger } from '@davit/domain';
import { createEdgeClient } from '@davit/edge';
import type { Address } from '../command-line/values.ts';
import { addressArguments, edgePlace, programFile } from './edge-place.ts';

const START_MS = 15_000;
/** an address that is taken stays taken for a while */
const AGAIN_MS = 30_000;

export interface KeptEdgeOptions {
  dir: string;
  http: Address;
  https?: Address;
  logger: Logger;
}

/**
 * The edge of this data directory, started where none answers. It is a process of its own that outlives this one:
 * restarting the server cuts no request.
 */
export function keptEdge(options: KeptEdgeOptions): EdgePort {
  const client = createEdgeClient(edgePlace(options.dir).controlSocket);
  let starting: Promise<void> | undefined;
  let notBefore = -Infinity;
  const begin = async (): Promise<void> => {
    if (!(await start(options, client))) notBefore = performance.now() + AGAIN_MS;
    starting = undefined;
  };
  const ensure = async (): Promise<void> => {
    if (performance.now() >= notBefore) await (starting ??= begin());
  };
  const withEdge = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (!AppError.is(error, 'unavailable')) throw error;
      await ensure();
      return call();
    }
  };
  return {
    put: (table, { signal }) => withEdge(() => client.put(table, { signal })),
    inForce: ({ signal }) => withEdge(() => client.inForce({ signal })),
  };
}

/** Whether it answers, in the end; what keeps it from doing so is logged, and told by the next call. */
async function start(options: KeptEdgeOptions, client: EdgePort): Promise<boolean> {
  const { dir, http, logger } = options;
  const { logFile } = edgePlace(dir);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const args = [programFile(), 'edge', '--dir', dir, ...addressArguments(options)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new AbortController();
  child.once('error', () => ended.abort());
  child.once('exit', () => ended.abort());
  child.unref();
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(START_MS)]);
  while (!signal.aborted) {
    try {
      await client.inForce({ signal });
      logger.log('info', 'edge started', { pid: child.pid, http, https: options.https });
      return true;
    } catch {
      await sleep(100);
    }
  }
  const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').at(-1);
  logger.log('error', 'the edge does not start', { http, https: options.https, said });
  return false;
}
