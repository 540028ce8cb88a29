import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../run.ts';
import { BRIDGE } from './node-files.ts';

/** What the host had before a node came, so that only the node's own goes with it. */
export interface HostBefore {
  readonly netns: readonly string[];
  readonly podCgroups: boolean;
}

/** Looks at the host, and notes it in the node's directory for `clearAbandoned`. */
export function observeHost(directory: string): HostBefore {
  const before = { netns: networkNamespaces(), podCgroups: podCgroups().length > 0 };
  writeFileSync(join(directory, 'host-before.json'), JSON.stringify(before));
  return before;
}

/** Ends and removes a node whose supervisor was killed: its programs all run in its directory. */
export async function clearAbandoned(directory: string): Promise<void> {
  for (const { pid } of processes()) if (workingDirectory(pid) === directory) kill(pid);
  const file = join(directory, 'host-before.json');
  const before = list(directory).includes('host-before.json')
    ? (JSON.parse(readFileSync(file, 'utf8')) as HostBefore)
    : { netns: networkNamespaces(), podCgroups: true };
  await removeNode(directory, before);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Removes what a node leaves on the host once its programs are dead: pods, mounts, network
 * namespaces, the bridge, iptables rules, cgroups. Every step tolerates that there is nothing to do.
 */
export async function removeNode(directory: string, before: HostBefore): Promise<void> {
  await killPods(directory);
  await unmountBelow(directory);
  for (const name of networkNamespaces())
    if (!before.netns.includes(name)) await attempt('ip', ['netns', 'del', name]);
  await attempt('ip', ['link', 'del', BRIDGE]);
  await Promise.all([removeRules('iptables'), removeRules('ip6tables')]);
  if (!before.podCgroups) podCgroups().forEach(removeCgroup);
}

/** Shims outlive containerd and have no group in common; they name its socket on their command line. */
async function killPods(directory: string): Promise<void> {
  const socket = `${directory}/containerd.sock`;
  for (let round = 0; round < 50; round++) {
    const shims = processes().filter(
      ({ args }) => args[0]?.includes('containerd-shim') && args.includes(socket),
    );
    if (shims.length === 0) return;
    const parents = new Set(shims.map(({ pid }) => pid));
    const pods = processes().filter(({ parent }) => parents.has(parent));
    for (const { pid } of [...pods, ...shims]) kill(pid);
    for (const { args } of shims) rmSync(shimSocket(socket, args), { force: true });
    await sleep(20);
  }
}

/** Where containerd puts a shim's socket: a hash of its own socket, the namespace and the pod. */
function shimSocket(socket: string, args: readonly string[]): string {
  const id = args[args.indexOf('-id') + 1] ?? '';
  const hash = createHash('sha256').update(`${socket}/k8s.io/${id}`).digest('hex');
  return `/run/containerd/s/${hash}`;
}

interface Process {
  pid: number;
  parent: number;
  args: string[];
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(name), parent, args }];
    } catch {
      return []; // ended meanwhile
    }
  });
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`))
    .sort()
    .reverse();
  for (const path of mounts) await attempt('umount', ['-l', path]);
}

function networkNamespaces(): string[] {
  return list('/var/run/netns').filter((name) => name.startsWith('cni-'));
}

/** kube-proxy's, the bridge's and the port mapping's rules; everybody else's are put back as they are. */
async function removeRules(family: 'iptables' | 'ip6tables'): Promise<void> {
  const rules = await attempt(`${family}-save`, []);
  const ours = /KUBE-|CNI-|davit-test/;
  if (!ours.test(rules)) return;
  const rest = rules.split('\n').filter((line) => !ours.test(line));
  await attempt(`${family}-restore`, [], rest.join('\n'));
}

/** One folder on cgroup v2, one per controller on v1. */
function podCgroups(): string[] {
  const root = '/sys/fs/cgroup';
  const folders = ['', ...list(root)].map((controller) => join(root, controller));
  return folders
    .filter((folder) => list(folder).includes('kubepods'))
    .map((f) => join(f, 'kubepods'));
}

function removeCgroup(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // still in use by somebody
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function attempt(command: string, args: readonly string[], input?: string): Promise<string> {
  try {
    return await run(command, args, input === undefined ? {} : { input });
  } catch {
    return '';
  }
}
