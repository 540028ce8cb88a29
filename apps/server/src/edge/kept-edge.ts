import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';
import type { EdgePort, Logger } from '@davit/domain';
import type { EdgeClient } from '@davit/edge';
import { createEdgeClient } from '@davit/edge';
import type { Address } from '../command-line/values.ts';
import {
  addressArguments,
  DEFAULT_EDGE,
  edgeAddresses,
  edgePlace,
  programFile,
} from './edge-place.ts';

const START_MS = 15_000;
const MOVE_MS = 30_000;
/** an address that is taken stays taken for a while */
const AGAIN_MS = 30_000;

export interface KeptEdgeOptions {
  dir: string;
  /** default :8080 */
  http: Address | undefined;
  https: Address | undefined;
  logger: Logger;
}

/**
 * The edge of this data directory, started where none answers. It is a process of its own that outlives this one:
 * restarting the server cuts no request.
 */
export function keptEdge(options: KeptEdgeOptions): EdgePort {
  const client = createEdgeClient(edgePlace(options.dir).controlSocket);
  let starting: Promise<void> | undefined;
  let moving: Promise<void> | undefined;
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
      await (moving ??= move(options, client));
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

/**
 * One that was started with other addresses hands over to a successor at those that were asked for; no request is cut.
 * An address that nobody asked for stays as whoever started the edge wanted it.
 */
async function move({ http, https, logger }: KeptEdgeOptions, client: EdgeClient): Promise<void> {
  const signal = AbortSignal.timeout(MOVE_MS);
  const before = (await client.inForce({ signal }).catch(() => undefined))?.listens;
  if (before === undefined) return;
  const asked = edgeAddresses({ ...(http && { http }), ...(https && { https }) });
  const listens = {
    http: http ? asked.http : before.http,
    https: https ? asked.https : before.https,
  };
  if (isDeepStrictEqual(before, listens)) return;
  try {
    const { pid } = await client.handOver({ listens, signal });
    logger.log('info', 'the edge listens elsewhere now', { pid, ...listens });
  } catch (error) {
    logger.log('error', 'the edge stays where it is', { ...listens, error });
  }
}

/** Whether it answers, in the end; what keeps it from doing so is logged, and told by the next call. */
async function start(options: KeptEdgeOptions, client: EdgePort): Promise<boolean> {
  const { dir, logger, http = DEFAULT_EDGE, https } = options;
  const listens = edgeAddresses({ http, ...(https && { https }) });
  const { logFile } = edgePlace(dir);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const args = [programFile(), 'edge', '--dir', dir, ...addressArguments(listens)];
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
      logger.log('info', 'edge started', { pid: child.pid, ...listens });
      return true;
    } catch {
      await sleep(100);
    }
  }
  const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').at(-1);
  logger.log('error', 'the edge does not start', { ...listens, said });
  return false;
}
