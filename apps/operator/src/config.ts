import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LOG_LEVELS } from '@davit/domain';
import type { LogLevel } from '@davit/domain';

export interface Address {
  /** absent: every address of this machine, of both families */
  host?: string;
  port: number;
}

export interface OperatorConfig {
  command: 'run';
  /** absent: the service account of the pod */
  kubeconfig?: { path: string; context?: string };
  /** what Kubernetes tells a pod about its API server */
  inCluster: { host: string | undefined; port: string | undefined };
  /** empty: all */
  namespaces: readonly string[];
  workers: number;
  leaderElect: boolean;
  /** copies that compete for the same one work in turns */
  leaseName: string;
  metrics?: Address;
  health?: Address;
  logLevel: LogLevel;
}

export type Config = OperatorConfig | { command: 'crds' | 'rbac' | 'version' | 'help' };

/** Everything that is wrong with a command line, together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Another name while an older copy runs would mean two that work at the same time. */
export const LEASE_NAME = 'davit-operator';

export const HELP: string = `davit-operator [run] [flags]   turns Rollouts into running pods
davit-operator crds            prints the custom resource definitions
davit-operator rbac            prints its account, its roles and their namespace, davit
davit-operator version

  --kubeconfig FILE      cluster to work on; default: the one this process runs in
  --context NAME         context of the kubeconfig (alone: of $KUBECONFIG or ~/.kube/config)
  --namespaces A,B       work on these only; default: all
  --workers N            Rollouts worked on at the same time; default 4
  --leader-elect         one of several copies works at a time; default: on inside a cluster
                         (--no-leader-elect turns it off)
  --lease-name NAME      what copies that work in turns have in common; default ${LEASE_NAME},
                         or $DAVIT_LEASE_NAME
  --metrics [HOST]:PORT  Prometheus metrics at /metrics; default: none
  --health [HOST]:PORT   /healthz and /readyz; default: none
  --log-level LEVEL      ${LOG_LEVELS.join(', ')}; default info
`;

const FLAGS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespaces: { type: 'string' },
  workers: { type: 'string' },
  'leader-elect': { type: 'boolean' },
  'lease-name': { type: 'string' },
  metrics: { type: 'string' },
  health: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;
type Values = ReturnType<typeof readArguments>['values'];

/** Reads the command line (without node and script) and the environment. Throws ConfigError. */
export function parseConfig(env: Environment, argv: readonly string[]): Config {
  const { values, positionals } = readArguments(argv);
  const [command = 'run', ...rest] = positionals;
  if (values.help || command === 'help') return { command: 'help' };
  if (values.version || command === 'version') return { command: 'version' };
  if (rest.length > 0) throw new ConfigError([`unexpected: ${rest.join(' ')}`]);
  if (command === 'crds' || command === 'rbac') return { command };
  if (command !== 'run') throw new ConfigError([`unknown command: ${command}`]);
  const problems: string[] = [];
  const config = operatorConfig(env, values, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

function readArguments(argv: readonly string[]) {
  try {
    const options = { options: FLAGS, allowPositionals: true, allowNegative: true } as const;
    return parseArgs({ args: [...argv], ...options });
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

function operatorConfig(env: Environment, values: Values, problems: string[]): OperatorConfig {
  const host = env.KUBERNETES_SERVICE_HOST;
  const kubeconfig = kubeconfigOf(env, values);
  if (!kubeconfig && !host) problems.push('not inside a cluster: name one with --kubeconfig FILE');
  const metrics = address('metrics', values, problems);
  const health = address('health', values, problems);
  return {
    command: 'run',
    ...(kubeconfig ? { kubeconfig } : {}),
    inCluster: { host, port: env.KUBERNETES_SERVICE_PORT },
    namespaces: (values.namespaces ?? '').split(',').map(trim).filter(Boolean),
    workers: workersOf(values.workers ?? '4', problems),
    leaderElect: values['leader-elect'] ?? kubeconfig === undefined,
    leaseName: leaseNameOf(values['lease-name'] ?? (env.DAVIT_LEASE_NAME || LEASE_NAME), problems),
    ...(metrics ? { metrics } : {}),
    ...(health ? { health } : {}),
    logLevel: logLevelOf(values['log-level'] ?? 'info', problems),
  };
}

function kubeconfigOf(env: Environment, values: Values): OperatorConfig['kubeconfig'] {
  const { kubeconfig, context } = values;
  if (kubeconfig === undefined && context === undefined) return undefined;
  const path = kubeconfig ?? env.KUBECONFIG ?? join(homedir(), '.kube', 'config');
  return { path: resolve(path), ...(context === undefined ? {} : { context }) };
}

function workersOf(text: string, problems: string[]): number {
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) {
    problems.push(`--workers must be between 1 and 64, not "${text}"`);
  }
  return workers;
}

function leaseNameOf(text: string, problems: string[]): string {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
  if (text.length > 253 || !new RegExp(`^${label}(\\.${label})*$`).test(text)) {
    problems.push(`--lease-name must be a name Kubernetes takes, not "${text}"`);
  }
  return text;
}

function logLevelOf(text: string, problems: string[]): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) problems.push(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
  return level ?? 'info';
}

function address(
  flag: 'metrics' | 'health',
  values: Values,
  problems: string[],
): Address | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const match = /^(.*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    problems.push(`--${flag} must be [HOST]:PORT, not "${text}"`);
    return undefined;
  }
  const host = (match[1] ?? '').replace(/^\[(.*)\]$/, '$1');
  // none, not 0.0.0.0: a cluster may have IPv6 only
  return host === '' ? { port } : { host, port };
}

const trim = (text: string): string => text.trim();
