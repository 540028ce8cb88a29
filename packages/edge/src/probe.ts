import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { AppError } from '@davit/domain';
import { parseAddress } from './parse-route-table.ts';

export interface ProbeOptions {
  /** asks this path and wants 2xx or 3xx; absent: whatever the instance speaks will do */
  path?: string;
  /** the Host header, where the app insists on one */
  host?: string;
  /** milliseconds; 5 s where absent */
  timeout?: number;
  signal?: AbortSignal;
}

export interface ProbeResult {
  healthy: boolean;
  /** plain words, for the rollout's status */
  detail: string;
}

/** A proxy inside the instance says with these that the app behind it is not there yet. */
const NOT_YET = new Set([502, 503, 504]);

/** Asks an instance once whether it can take requests. Throws only what the signal throws. */
export async function probe(target: string, options: ProbeOptions = {}): Promise<ProbeResult> {
  const { path, timeout = 5000, signal } = options;
  const address = parseAddress(target);
  if (!address) throw new AppError('invalid', `"${target}" is no ip:port.`);
  const limit = AbortSignal.timeout(timeout);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  const { status, connected, code } = await ask(address, { ...options, signal: either });
  signal?.throwIfAborted();
  if (status > 0) return judge(status, path);
  if (connected && path === undefined) return { healthy: true, detail: 'accepts connections' };
  const why = limit.aborted ? `no answer within ${timeout} ms` : code || 'no HTTP answer';
  return { healthy: false, detail: `${target}: ${why}` };
}

interface Asked {
  /** 0 without an HTTP answer */
  status: number;
  connected: boolean;
  code: string;
}

async function ask(
  { host, port }: { host: string; port: number },
  { path = '/', host: name = `${host}:${port}`, signal }: ProbeOptions,
): Promise<Asked> {
  const headers = { Host: name, 'User-Agent': 'davit-probe', Connection: 'close' };
  const options = { host, port, path, headers, agent: false, ...(signal ? { signal } : {}) };
  const outgoing = httpRequest(options);
  let connected = false;
  outgoing.once('socket', (socket) => socket.once('connect', () => (connected = true)));
  outgoing.end();
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, connected, code: '' };
  } catch (error) {
    return { status: 0, connected, code: (error as NodeJS.ErrnoException).code ?? '' };
  } finally {
    outgoing.on('error', () => {}).destroy();
  }
}

function judge(status: number, path: string | undefined): ProbeResult {
  const healthy = path === undefined ? !NOT_YET.has(status) : status >= 200 && status < 400;
  return { healthy, detail: `${path ?? '/'} answers ${status}` };
}
