import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childProcess, freePort, until } from '@davit/testkit';
import { pocketbaseProgram } from './records-pocketbase.ts';

const SERVER = join(import.meta.dirname, '../../apps/server/dist/main.js');
const SUPERUSER = { identity: 'test@example.com', password: '1234567890' };

/** A server under test, on a directory of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** as its superuser; throws unless the answer is 2xx */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function startDavit(directory: string, signal: AbortSignal): Promise<BenchServer> {
  if (!existsSync(SERVER)) throw new Error('the server is not bundled (npm run build)');
  const command = [process.execPath, SERVER];
  return start(
    { command, flags: ['--driver', 'none'], directory: join(directory, 'davit') },
    signal,
  );
}

export function startPocketbase(directory: string, signal: AbortSignal): Promise<BenchServer> {
  const command = [pocketbaseProgram()];
  const flags = ['--dev=false'];
  return start({ command, flags, directory: join(directory, 'pocketbase') }, signal);
}

interface Program {
  command: string[];
  flags: string[];
  directory: string;
}

async function start(
  { command, flags, directory }: Program,
  signal: AbortSignal,
): Promise<BenchServer> {
  const [program = '', ...first] = command;
  const folder = ['--dir', join(directory, 'pb_data')];
  const { identity, password } = SUPERUSER;
  const upsert = [...first, 'superuser', 'upsert', identity, password, ...folder];
  execFileSync(program, upsert, { stdio: 'ignore' });
  const port = await freePort();
  const serve = [...first, 'serve', ...folder, '--http', `127.0.0.1:${port}`, ...flags];
  const child = await childProcess(program, serve);
  const url = `http://127.0.0.1:${port}/api/`;
  await until(async () => (await fetch(`${url}health`)).ok, { interval: 20, signal });
  let token = '';
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json', authorization: token };
    const response = await fetch(url + path, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const signIn = 'collections/_superusers/auth-with-password';
  token = (await ask<{ token: string }>('POST', signIn, SUPERUSER)).token;
  // without the log of requests, as in PocketBase's own benchmarks
  await ask('PATCH', 'settings', { logs: { maxDays: 0 } });
  return { port, pid: child.pid, ask, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}

/** The most memory a process ever had, in MB. */
export function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
