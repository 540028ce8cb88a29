import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';
import type { Logger } from '@davit/domain';
import { createEdgeClient, runEdge } from '@davit/edge';
import type { EdgeCommandConfig } from '../config.ts';
import { addressArguments, edgePlace, programFile } from './edge-place.ts';

const STOP_MS = 60_000;
const UPGRADE_MS = 60_000;

/** `davit edge`: serves until it is told to end or a successor has taken over; `stop` and `upgrade` tell it. */
export async function runEdgeCommand(
  config: EdgeCommandConfig,
  logger: Logger,
): Promise<string | undefined> {
  switch (config.action) {
    case 'run':
    case 'successor':
      await serve(config, logger);
      return undefined;
    case 'stop':
      return stop(config);
    case 'upgrade': {
      const { controlSocket } = edgePlace(config.dir);
      const signal = AbortSignal.timeout(UPGRADE_MS);
      const { pid } = await createEdgeClient(controlSocket).handOver({ signal });
      return `Process ${pid} serves now.`;
    }
  }
}

async function serve(config: EdgeCommandConfig, logger: Logger): Promise<void> {
  const { dir, http, https, action } = config;
  const { controlSocket, stateFile, pidFile } = edgePlace(dir);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  await runEdge(
    {
      http: [http],
      ...(https && { https: [https] }),
      controlSocket,
      stateFile,
      pidFile,
      logger,
      inherit: action === 'successor',
      successor: (listens) => ({
        command: process.execPath,
        args: [programFile(), 'edge', 'successor', '--dir', dir, ...addressArguments(listens)],
      }),
    },
    { signal: ending.signal },
  );
}

async function stop({ dir }: EdgeCommandConfig): Promise<string> {
  const { pidFile } = edgePlace(dir);
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!isAlive(pid)) return 'No edge runs here.';
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new AppError('timeout', `Process ${pid} still works on open requests.`);
    }
    await sleep(100);
  }
  return 'The edge has stopped.';
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
