import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface WrkFigures {
  /** requests answered a second */
  rate: number;
  /** milliseconds */
  p99: number;
  /** answers other than 2xx and 3xx, and broken connections */
  failed: number;
}

const MILLISECONDS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Asks one URL over so many kept connections, as fast as it goes. */
export async function runWrk(
  url: string,
  options: { connections: number; seconds: number; signal: AbortSignal },
): Promise<WrkFigures> {
  const { connections, seconds, signal } = options;
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url];
  const { stdout } = await promisify(execFile)('wrk', args, { signal });
  const [, amount, unit = ''] = /99%\s+([\d.]+)(us|ms|s|m)/.exec(stdout) ?? [];
  const [, ...broken] = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout) ?? [];
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? '0';
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99: Number(amount) * (MILLISECONDS[unit] ?? NaN),
    failed: [refused, ...broken].reduce((sum, count) => sum + Number(count), 0),
  };
}
