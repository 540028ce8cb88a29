import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { RouteTable } from '@davit/domain';
import { createEdgeClient } from '@davit/edge';
import { type Child, childProcess, freePort, until } from '@davit/testkit';
import { processFigures } from './process-figures.ts';

export interface Proxy {
  readonly name: string;
  readonly url: string;
  /** MB of all its processes */
  memory(): number;
  /** seconds of processor time of all its processes so far */
  processor(): number;
  /** sends requests to the other of the two instances */
  switchOver(): Promise<void>;
}

export interface Proxies extends AsyncDisposable {
  readonly davit: Proxy;
  readonly others: Proxy[];
}

interface Place {
  directory: string;
  instances: [number, number];
  children: Child[];
}

const PACKAGES = { nginx: 'nginx-light', caddy: 'caddy', wrk: 'wrk' };

/** Installs what is missing, as root and after saying so; an ordinary user is told what to install. */
export function installProxies(): void {
  const missing = Object.entries(PACKAGES).flatMap(([program, name]) =>
    spawnSync('which', [program]).status === 0 ? [] : [name],
  );
  if (missing.length === 0) return;
  const command = ['install', '-y', '--no-install-recommends', ...missing];
  const typed = `apt-get ${command.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`missing: ${missing.join(', ')} (${typed})`);
  console.log(`Installing: ${typed}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', command, { env, stdio: 'ignore' });
}

/** Two instances, and the three proxies in front of them. */
export async function startProxies(directory: string): Promise<Proxies> {
  const children: Child[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await child[Symbol.asyncDispose]();
  };
  try {
    const instances: [number, number] = [await freePort(), await freePort()];
    const place = { directory, instances, children };
    await startInstances(place);
    const davit = await startDavit(place);
    const others = [await startNginx(place), await startCaddy(place)];
    return { davit, others, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startInstances({ directory, instances, children }: Place): Promise<void> {
  const servers = instances.map(
    (port) => `server { listen 127.0.0.1:${port} backlog=4096; return 200 "instance"; }`,
  );
  children.push(await nginx(directory, 'instances', servers.join('\n')));
  for (const port of instances) await listening(port);
}

async function startDavit({ directory, instances, children }: Place): Promise<Proxy> {
  const port = await freePort();
  const controlSocket = join(directory, 'edge.sock');
  const http = [{ host: '127.0.0.1', port }];
  const config = { http, controlSocket, stateFile: join(directory, 'routes.json') };
  const program = join(import.meta.dirname, '../edge/run.ts');
  const args = [program, JSON.stringify(config)];
  const child = await childProcess(process.execPath, args, { ready: /edge serves/ });
  children.push(child);
  const client = createEdgeClient(controlSocket);
  let generation = 0;
  const switchOver = async (): Promise<void> => {
    const instance = instances[generation++ % 2];
    const signal = AbortSignal.timeout(10_000);
    await client.put(table(generation, `127.0.0.1:${instance}`), { signal });
  };
  await switchOver();
  return { name: 'Davit', url: url(port), ...figuresOf(child.pid), switchOver };
}

async function startNginx({ directory, instances, children }: Place): Promise<Proxy> {
  const port = await freePort();
  let turn = 0;
  const server = (): string => `
    upstream app { server 127.0.0.1:${instances[turn++ % 2]}; keepalive 512; keepalive_requests 1000000000; }
    server {
      listen 127.0.0.1:${port} backlog=4096;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      location / { proxy_pass http://app; }
    }`;
  const child = await nginx(directory, 'nginx', server());
  children.push(child);
  await listening(port);
  const switchOver = async (): Promise<void> => {
    await writeFile(join(directory, 'nginx.conf'), nginxConfig(directory, 'nginx', server()));
    process.kill(child.pid, 'SIGHUP');
  };
  return { name: 'nginx', url: url(port), ...figuresOf(child.pid), switchOver };
}

async function startCaddy({ directory, instances, children }: Place): Promise<Proxy> {
  const [port, admin] = [await freePort(), await freePort()];
  let turn = 0;
  const config = (): string => {
    const upstreams = [{ dial: `127.0.0.1:${instances[turn++ % 2]}` }];
    const route = { handle: [{ handler: 'reverse_proxy', upstreams }] };
    const server = {
      listen: [`127.0.0.1:${port}`],
      routes: [route],
      automatic_https: { disable: true },
    };
    return JSON.stringify({
      admin: { listen: `127.0.0.1:${admin}` },
      apps: { http: { servers: { bench: server } } },
    });
  };
  const path = join(directory, 'caddy.json');
  await writeFile(path, config());
  const env = { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  const child = await childProcess('caddy', ['run', '--config', path], { env });
  children.push(child);
  await listening(port);
  const switchOver = async (): Promise<void> => {
    const headers = { 'Content-Type': 'application/json' };
    await fetch(`${url(admin)}load`, { method: 'POST', body: config(), headers });
  };
  return { name: 'Caddy', url: url(port), ...figuresOf(child.pid), switchOver };
}

async function nginx(directory: string, name: string, server: string): Promise<Child> {
  const path = join(directory, `${name}.conf`);
  await writeFile(path, nginxConfig(directory, name, server));
  return childProcess('nginx', ['-e', join(directory, `${name}.log`), '-c', path]);
}

const nginxConfig = (directory: string, name: string, server: string): string => `
  daemon off;
  worker_processes 1;
  pid ${directory}/${name}.pid;
  error_log ${directory}/${name}.log;
  events { worker_connections 8192; }
  http { access_log off; keepalive_requests 1000000000; ${server} }`;

const table = (generation: number, address: string): RouteTable => ({
  generation,
  routes: [
    {
      id: 'bench',
      host: '*',
      path: '/',
      app: { projectId: 'bench', deploymentId: 'bench' },
      targets: [{ id: address, address }],
      state: 'active',
    },
  ],
});

async function listening(port: number): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const answers = async (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
      resolve(false),
    );
    const answered = await promise;
    socket.destroy();
    return answered;
  };
  await until(answers, { interval: 20, signal });
}

/** Of a process and its children. */
function figuresOf(pid: number): Pick<Proxy, 'memory' | 'processor'> {
  const sum = (key: 'memory' | 'processor', of: number): number => {
    const text = readFileSync(`/proc/${of}/task/${of}/children`, 'utf8');
    const children = text.split(' ').filter(Boolean).map(Number);
    return children.reduce((total, child) => total + sum(key, child), processFigures(of)[key]);
  };
  return { memory: () => sum('memory', pid), processor: () => sum('processor', pid) };
}

const url = (port: number): string => `http://127.0.0.1:${port}/`;
