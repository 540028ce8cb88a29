import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { COMMANDS, findCommand } from './command-line/commands.ts';
import type { CommandName } from './command-line/commands.ts';
import { firstSuperuser } from './command-line/first-superuser.ts';
import type { FirstSuperuser } from './command-line/first-superuser.ts';
import { DEFAULT_EDGE } from './edge/edge-place.ts';
import { helpText } from './command-line/help.ts';
import { readArguments } from './command-line/read-arguments.ts';
import type { Values } from './command-line/read-arguments.ts';
import { parseAddress, parseChoice, parseCount } from './command-line/values.ts';
import type { Address } from './command-line/values.ts';
import { httpsConfig, tlsConfig } from './tls/tls-config.ts';
import type { HttpsConfig, TlsConfig } from './tls/tls-config.ts';
import { outwardEnvironment } from './outward-environment.ts';
import { thumbnailLimits } from './thumbnail-limits.ts';
import type { ThumbnailLimits } from './thumbnail-limits.ts';

export const DRIVERS = ['auto', 'kubernetes', 'docker', 'none'] as const;
export type DriverChoice = (typeof DRIVERS)[number];
export const PASSWORD_HASHES = ['auto', 'bcrypt', 'argon2id'] as const;
export type PasswordHash = (typeof PASSWORD_HASHES)[number];
export const SYNC_MODES = ['normal', 'full'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** The directory and how it is opened; the same for every command. */
export interface DirectoryConfig {
  dir: string;
  passwordHash: PasswordHash;
  sync: SyncMode;
  readers: number;
  /** longest a read may take; absent: 30 s */
  queryTimeoutMs?: number;
  /** 32 bytes; absent: a key file in the directory */
  encryptionKey?: string;
  /** seconds that an identity provider's clock may be off; absent: five minutes */
  idTokenLeeway?: number;
}

export interface DriverConfig {
  name: DriverChoice;
  kubeconfig: string;
  context?: string;
  /** what Kubernetes tells a pod about its API server */
  inCluster: { host: string | undefined; port: string | undefined };
  /** as in DOCKER_HOST */
  dockerHost: string;
  /** where the edge takes requests for apps on Docker; absent: where it does already, else :8080 */
  edgeHttp?: Address;
  /** absent: over plain HTTP alone */
  edgeHttps?: Address;
  /** order certificates for their hosts */
  edgeAcme: boolean;
}

export interface ServeConfig extends DirectoryConfig {
  command: 'serve';
  http: Address;
  https?: HttpsConfig;
  tls: TlsConfig;
  origins: readonly string[];
  publicDir: string;
  /** absent: PocketBase's own limits */
  thumbnails?: ThumbnailLimits;
  /** for processes that reach other hosts */
  outward: Record<string, string>;
  /** where Prometheus reads, apart from `/metrics` on `http` */
  metrics?: Address;
  /** made at the first start */
  firstSuperuser?: FirstSuperuser;
  driver: DriverConfig;
}

export interface SuperuserConfig extends DirectoryConfig {
  command: 'superuser';
  action: 'upsert' | 'create' | 'update' | 'delete' | 'otp' | 'ips';
  /** '' for ips */
  email: string;
  /** '' where none is needed */
  password: string;
  /** for ips */
  addresses: readonly string[];
}

export interface MigrateConfig extends DirectoryConfig {
  command: 'migrate';
  action: 'up' | 'down' | 'create' | 'collections' | 'history-sync';
  /** the name for create */
  argument: string;
  migrationsDir: string;
}

export interface HealthConfig {
  command: 'health';
  http: Address;
}

export interface SimpleConfig extends DirectoryConfig {
  command: 'platform enable' | 'doctor';
  driver: DriverConfig;
}

export interface EdgeCommandConfig {
  command: 'edge';
  action: 'run' | 'stop' | 'upgrade' | 'successor';
  dir: string;
  http: Address;
  https?: Address;
}

export type Config =
  | ServeConfig
  | EdgeCommandConfig
  | SuperuserConfig
  | MigrateConfig
  | HealthConfig
  | SimpleConfig
  | { command: 'version' }
  | { command: 'help'; text: string };

/** Everything that is wrong with a command line and its environment, together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line (without node and script) and the environment. Throws ConfigError. */
export function parseConfig(env: Environment, argv: readonly string[]): Config {
  const { words, values, problems } = readArguments(argv);
  const command = findCommand(words);
  if (values.version === true) return { command: 'version' };
  if (words[0] === 'help' || values.help === true || (!command && words.length === 0)) {
    return { command: 'help', text: helpText((command ?? findCommand(words.slice(1)))?.name) };
  }
  if (!command) throw new ConfigError([`unknown command: ${words.join(' ')}`, ...problems]);
  if (command.name === 'version') return { command: 'version' };
  checkUse(problems, command.name, { words, values });
  const config = build({ env, values, problems, words: words.slice(command.words) }, command.name);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

interface Reading {
  env: Environment;
  values: Values;
  problems: string[];
  /** after the command's own */
  words: string[];
}

function build(reading: Reading, name: Exclude<CommandName, 'version'>): Config {
  if (name === 'edge' || name.startsWith('edge ')) return edgeConfig(reading, name);
  if (name === 'health') return { command: name, http: httpAddress(reading, '127.0.0.1:8090') };
  const directory = directoryConfig(reading);
  if (name === 'doctor' || name === 'platform enable') {
    return { command: name, ...directory, driver: driverConfig(reading) };
  }
  if (name === 'serve') return serveConfig(reading, directory);
  const [command, action = ''] = name.split(' ');
  if (command === 'migrate') return migrateConfig(reading, action, directory);
  const [email = '', password = ''] = action === 'ips' ? [] : reading.words;
  return {
    command: 'superuser',
    action: action as SuperuserConfig['action'],
    ...{ email, password, addresses: reading.words, ...directory },
  };
}

function migrateConfig(
  { values, words }: Reading,
  action: string,
  directory: DirectoryConfig,
): MigrateConfig {
  const [argument = ''] = words;
  const folder = text(values.migrationsDir) ?? join(directory.dir, '../pb_migrations');
  return {
    command: 'migrate',
    action: action as MigrateConfig['action'],
    argument,
    migrationsDir: resolve(folder),
    ...directory,
  };
}

function httpAddress({ values, problems }: Reading, usual: string): Address {
  return parseAddress('http', text(values.http) ?? usual, problems);
}

function metricsAddress({ values, problems }: Reading): { metrics?: Address } {
  const given = text(values.metrics);
  return given === undefined ? {} : { metrics: parseAddress('metrics', given, problems) };
}

function serveConfig(reading: Reading, directory: DirectoryConfig): ServeConfig {
  const { env, values, problems } = reading;
  const first = firstSuperuser(env, problems);
  const https = httpsConfig(reading, reading.words);
  const usual = https ? '0.0.0.0:80' : '127.0.0.1:8090';
  const http = httpAddress(reading, usual);
  const driver = driverConfig(reading);
  checkAddresses({ http, https, driver }, problems);
  return {
    command: 'serve',
    ...directory,
    http,
    ...(https && { https }),
    tls: tlsConfig(reading, directory.dir),
    origins: text(values.origins)?.split(',') ?? ['*'],
    thumbnails: thumbnailLimits(env),
    outward: outwardEnvironment(env),
    publicDir: resolve(text(values.publicDir) ?? join(directory.dir, '../pb_public')),
    ...(first && { firstSuperuser: first }),
    ...metricsAddress(reading),
    driver,
  };
}

/** The edge is a process of its own: it cannot listen where the server does. */
function checkAddresses(
  {
    http,
    https,
    driver,
  }: Pick<ServeConfig, 'http' | 'driver'> & { https: HttpsConfig | undefined },
  problems: string[],
): void {
  const own = { '--http': http, '--https': https?.address };
  const edge = { '--edge-http': driver.edgeHttp, '--edge-https': driver.edgeHttps };
  for (const [flag, address] of Object.entries(own)) {
    for (const [edgeFlag, other] of Object.entries(edge)) {
      if (address === undefined || other === undefined || !overlap(address, other)) continue;
      problems.push(`${flag} and ${edgeFlag} are the same address, ${other.host}:${other.port}`);
    }
  }
}

function overlap(a: Address, b: Address): boolean {
  const isAny = [a.host, b.host].some((host) => host === '0.0.0.0' || host === '::');
  return a.port !== 0 && a.port === b.port && (isAny || a.host === b.host);
}

function directoryConfig({ env, values, problems }: Reading): DirectoryConfig {
  const keyName = text(values.encryptionEnv) ?? 'PB_ENCRYPTION_KEY';
  const encryptionKey = env[keyName];
  if (encryptionKey !== undefined && Buffer.byteLength(encryptionKey) !== 32) {
    problems.push(`${keyName} must be 32 bytes, it is ${Buffer.byteLength(encryptionKey)}`);
  }
  const choose = { values, problems };
  const timeout = parseCount('queryTimeout', { default: 30, max: 86_400 }, choose);
  return {
    dir: resolve(text(values.dir) ?? 'pb_data'),
    passwordHash: parseChoice('password-hash', PASSWORD_HASHES, choose),
    sync: parseChoice('sync', SYNC_MODES, choose),
    readers: parseCount('readers', { default: availableParallelism(), max: 64 }, choose),
    queryTimeoutMs: (timeout || 30) * 1000,
    ...(encryptionKey !== undefined && { encryptionKey }),
    ...idTokenLeeway(env),
  };
}

/** What is no whole number is ignored, as PocketBase does. */
function idTokenLeeway({ PB_ID_TOKEN_LEEWAY: seconds = '' }: Environment): {
  idTokenLeeway?: number;
} {
  return /^[+-]?\d+$/.test(seconds) ? { idTokenLeeway: Number(seconds) } : {};
}

function driverConfig({ env, values, problems }: Omit<Reading, 'words'>): DriverConfig {
  const name = parseChoice('driver', DRIVERS, { values, problems });
  if (name !== 'kubernetes') {
    for (const flag of ['kubeconfig', 'context'] as const) {
      if (values[flag] !== undefined) problems.push(`--${flag} needs --driver kubernetes`);
    }
  }
  if (name === 'kubernetes' || name === 'none') {
    for (const flag of ['docker-host', 'edge-http', 'edge-https', 'edge-acme'] as const) {
      if (values[flag] !== undefined) problems.push(`--${flag} needs --driver docker`);
    }
  }
  const context = text(values.context);
  return {
    name,
    kubeconfig: resolve(
      text(values.kubeconfig) ?? env.KUBECONFIG ?? join(homedir(), '.kube', 'config'),
    ),
    ...(context !== undefined && { context }),
    inCluster: { host: env.KUBERNETES_SERVICE_HOST, port: env.KUBERNETES_SERVICE_PORT },
    dockerHost: dockerHost({ env, values, problems }),
    ...edgeAddresses({ values, problems }),
    edgeAcme: values['edge-acme'] === true,
  };
}

function edgeAddresses({
  values,
  problems,
}: Pick<Reading, 'values' | 'problems'>): Pick<DriverConfig, 'edgeHttp' | 'edgeHttps'> {
  const https = text(values['edge-https']);
  if (values['edge-acme'] === true && https === undefined) {
    problems.push('--edge-acme needs --edge-https');
  }
  const http = text(values['edge-http']);
  return {
    ...(http !== undefined && { edgeHttp: parseAddress('edge-http', http, problems) }),
    ...(https !== undefined && { edgeHttps: parseAddress('edge-https', https, problems) }),
  };
}

function dockerHost({ env, values, problems }: Omit<Reading, 'words'>): string {
  const host = text(values['docker-host']) ?? env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  if (!/^(unix:\/\/\/|tcp:\/\/[^:/]+)/.test(host)) {
    problems.push(`--docker-host must be unix:///path or tcp://host:port, it is ${host}`);
  }
  return host;
}

function edgeConfig({ values, problems }: Reading, name: string): EdgeCommandConfig {
  const { edgeHttp = DEFAULT_EDGE, edgeHttps } = edgeAddresses({ values, problems });
  const action = name === 'edge' ? 'run' : name.slice('edge '.length);
  return {
    command: 'edge',
    action: action as EdgeCommandConfig['action'],
    dir: resolve(text(values.dir) ?? 'pb_data'),
    http: edgeHttp,
    ...(edgeHttps && { https: edgeHttps }),
  };
}

/** Flags of another command, and words too many or too few. */
function checkUse(
  problems: string[],
  name: CommandName,
  { words, values }: { words: string[]; values: Values },
): void {
  const command = COMMANDS[name];
  for (const flag of Object.keys(values)) {
    if (!command.flags.some((known) => known === flag)) {
      problems.push(`--${flag} does not belong to "davit ${name}"`);
    }
  }
  const given = words.length - name.split(' ').length;
  const wanted = command.operands;
  if (wanted.at(-1)?.endsWith('…') !== true && given !== wanted.length) {
    const usage = ['davit', name, ...wanted].join(' ');
    problems.push(`"davit ${name}" takes ${wanted.length} arguments, not ${given}: ${usage}`);
  }
}

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
