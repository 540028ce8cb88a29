import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../run.ts';

const VERSION = '1.36.3';
const MODULE = join(import.meta.dirname, '../../engines');

/** Everything slow to make is kept here, by version, outside the checkout. */
export const CACHE: string =
  process.env['DAVIT_TEST_CACHE'] ?? join(homedir(), '.cache/davit-test');
const KUBERNETES = join(CACHE, `k8s-${VERSION}`);
const PEBBLE_VERSION = '2.10.1';
const HELM_VERSION = '4.3.1';
const KWOK_VERSION = '0.8.0';
const POCKETBASE_VERSION = '0.40.4';
/** newer than what the others are built with */
const POCKETBASE_GO = 'go1.27.4';
const PEBBLE = 'github.com/letsencrypt/pebble/v2/cmd';

export const PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'kube-proxy',
  'metrics-server',
  'coredns',
  'web',
  'pebble',
  'pebble-challtestsrv',
  'helm',
  'kwok',
  'pocketbase',
] as const;
export type Program = (typeof PROGRAMS)[number];
/** The ones of a control plane; the others make a node. */
export const API_PROGRAMS: readonly Program[] = PROGRAMS.slice(0, 5);
/** An ACME server, and the DNS it asks. */
export const ACME_PROGRAMS = ['pebble', 'pebble-challtestsrv'] as const;
/** Those of a cluster. */
export const NODE_PROGRAMS: readonly Program[] = PROGRAMS.slice(0, 10);

const packages: Record<Exclude<Program, 'web'>, string> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
  'metrics-server': 'sigs.k8s.io/metrics-server/cmd/metrics-server@v0.9.0',
  coredns: 'github.com/coredns/coredns@v1.15.0',
  pebble: `${PEBBLE}/pebble@v${PEBBLE_VERSION}`,
  'pebble-challtestsrv': `${PEBBLE}/pebble-challtestsrv@v${PEBBLE_VERSION}`,
  helm: `helm.sh/helm/v4/cmd/helm@v${HELM_VERSION}`,
  kwok: `sigs.k8s.io/kwok/cmd/kwok@v${KWOK_VERSION}`,
  // as it is released, but that it speaks of its queries: `--dev=false`
  pocketbase: `github.com/pocketbase/pocketbase/examples/base@v${POCKETBASE_VERSION}`,
};

/** Where a program is, or would be once built. `KUBEBUILDER_ASSETS` wins where it has the program. */
export function programPath(name: Program): string {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets && existsSync(join(assets, name))) return join(assets, name);
  return join(folderOf(name), name);
}

function folderOf(name: Program): string {
  if (name === 'web') return join(CACHE, `web-${webVersion()}`);
  if (name.startsWith('pebble')) return join(CACHE, `pebble-${PEBBLE_VERSION}`);
  if (name === 'helm') return join(CACHE, `helm-${HELM_VERSION}`);
  if (name === 'kwok') return join(CACHE, `kwok-${KWOK_VERSION}`);
  return name === 'pocketbase' ? join(CACHE, `pocketbase-${POCKETBASE_VERSION}`) : KUBERNETES;
}

export function missingPrograms(names: readonly Program[] = PROGRAMS): Program[] {
  return names.filter((name) => !existsSync(programPath(name)));
}

/** A program found on PATH or where Debian keeps the ones for root. */
export function findOnPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Builds what is missing, each under a temporary name first: an interrupted build leaves nothing
 * half. Needs Go; the Kubernetes programs take some ten minutes on two cores.
 */
export async function buildPrograms(
  names: readonly Program[],
  log: (line: string) => void,
): Promise<void> {
  for (const name of names) {
    const target = programPath(name);
    const scratch = `${target}.building`;
    log(`building ${name} into ${target}`);
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    const env: NodeJS.ProcessEnv = { ...process.env, CGO_ENABLED: '0', GOBIN: scratch };
    if (name === 'pocketbase') env.GOTOOLCHAIN = POCKETBASE_GO;
    await run('go', buildArguments(name, join(scratch, name)), { cwd: MODULE, env });
    const [built = name] = readdirSync(scratch);
    renameSync(join(scratch, built), target);
    rmSync(scratch, { recursive: true });
  }
}

function buildArguments(name: Program, output: string): string[] {
  const from = name === 'web' ? './web' : packages[name];
  // programs with a version are modules of their own; `go install` puts them into GOBIN
  if (from.includes('@')) return ['install', '-trimpath', '-ldflags=-s -w', from];
  const [major, minor] = VERSION.split('.');
  const variable = '-X k8s.io/component-base/version';
  const version = `${variable}.gitVersion=v${VERSION} ${variable}.gitMajor=${major} ${variable}.gitMinor=${minor}`;
  return ['build', '-trimpath', `-ldflags=-s -w ${version}`, '-o', output, from];
}

function webVersion(): string {
  const source = readFileSync(join(MODULE, 'web/main.go'));
  return createHash('sha256').update(source).digest('hex').slice(0, 12);
}
