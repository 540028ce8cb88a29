import { existsSync, readFileSync } from 'node:fs';
import { CHROMIUM } from '../chromium.ts';
import { run } from '../run.ts';
import { findOnPath } from './programs.ts';

/** Debian packages and how to see that each is there. */
const packages: Record<string, () => boolean> = {
  openssl: () => findOnPath('openssl') !== undefined,
  containerd: () => findOnPath('containerd') !== undefined && findOnPath('ctr') !== undefined,
  runc: () => findOnPath('runc') !== undefined,
  'containernetworking-plugins': () => existsSync('/usr/lib/cni/bridge'),
  conntrack: () => findOnPath('conntrack') !== undefined,
  iptables: () => findOnPath('iptables-save') !== undefined,
  iproute2: () => findOnPath('ip') !== undefined,
  'busybox-static': () => hasStaticBusybox(),
  'docker.io': () => findOnPath('dockerd') !== undefined,
  'docker-compose': () => findOnPath('docker-compose') !== undefined,
  'docker-registry': () => findOnPath('docker-registry') !== undefined,
  chromium: () => existsSync(CHROMIUM),
  'fonts-liberation': () => existsSync('/usr/share/fonts/truetype/liberation'),
};

export const API_PACKAGES: readonly string[] = ['openssl'];
export const CHROMIUM_PACKAGES: readonly string[] = ['chromium', 'fonts-liberation'];
export const DOCKER_PACKAGES: readonly string[] = [
  'docker.io',
  'docker-compose',
  'docker-registry',
];
export const NODE_PACKAGES: readonly string[] = Object.keys(packages).filter(
  (name) => !CHROMIUM_PACKAGES.includes(name) && !DOCKER_PACKAGES.includes(name),
);
export const ALL_PACKAGES: readonly string[] = Object.keys(packages);

export function missingPackages(names: readonly string[] = ALL_PACKAGES): string[] {
  return names.filter((name) => !packages[name]?.());
}

export function isDebian(): boolean {
  return existsSync('/etc/debian_version') && findOnPath('apt-get') !== undefined;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The command that installs packages, as one would type it. */
export function installCommand(names: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${names.join(' ')}`;
}

export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', installCommand(names).split(' ').slice(1), { env });
}

/** The package `busybox` puts a dynamically linked one in the same place. */
function hasStaticBusybox(): boolean {
  const path = findOnPath('busybox');
  return path !== undefined && !readFileSync(path).includes('/ld-linux');
}
