import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AppError } from '@davit/domain';
import { parse } from 'yaml';

/** How to reach one cluster as one identity. */
export interface ClusterConfig {
  /** `https://host:port`, without a slash at the end */
  server: string;
  tls: {
    ca?: string;
    cert?: string;
    key?: string;
    servername?: string;
    rejectUnauthorized: boolean;
  };
  /** the `Authorization` header of right now */
  authorization(): string | undefined;
  /** the namespace the context names, else `default` */
  namespace: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** projected tokens are renewed long before they expire; a minute is often enough to look */
const TOKEN_AGE_MS = 60_000;

/**
 * One context of a kubeconfig file.
 * Errors: `not_found` (file, context, cluster or user), `invalid` (not a kubeconfig), `unsupported` (exec plugins,
 * auth providers, proxies).
 */
export function loadKubeconfig(options: { path: string; context?: string }): ClusterConfig {
  const file = new Kubeconfig(options.path);
  const name = options.context ?? file.currentContext;
  const context = file.entry('contexts', name);
  const cluster = file.entry('clusters', text(context.cluster) ?? '');
  const userName = text(context.user);
  const user = userName === undefined ? {} : file.entry('users', userName);
  return {
    server: serverOf(cluster),
    tls: tlsOf(file, cluster, user),
    authorization: authorizationOf(file, user),
    namespace: text(context.namespace) ?? 'default',
  };
}

/** The service account of the pod this process runs in; undefined outside a cluster. */
export function loadInClusterConfig(options: {
  host: string | undefined;
  port: string | undefined;
  directory?: string;
}): ClusterConfig | undefined {
  const directory = options.directory ?? SERVICE_ACCOUNT;
  const ca = readOptional(`${directory}/ca.crt`);
  if (!options.host || !options.port || ca === undefined) return undefined;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    server: `https://${host}:${options.port}`,
    tls: { ca, rejectUnauthorized: true },
    authorization: tokenFile(`${directory}/token`),
    namespace: readOptional(`${directory}/namespace`)?.trim() ?? 'default',
  };
}

type Fields = Record<string, unknown>;

class Kubeconfig {
  readonly #path: string;
  readonly #root: Fields;

  constructor(path: string) {
    this.#path = path;
    const content = readOptional(path);
    if (content === undefined)
      throw new AppError('not_found', `There is no kubeconfig at ${path}.`);
    const root: unknown = parseYaml(content, path);
    if (typeof root !== 'object' || root === null) throw notAKubeconfig(path);
    this.#root = root as Fields;
  }

  get currentContext(): string {
    return text(this.#root['current-context']) ?? '';
  }

  /** `{name, cluster: {…}}` → the inner object */
  entry(list: 'clusters' | 'contexts' | 'users', name: string): Fields {
    const kind = list.slice(0, -1);
    const items = this.#root[list];
    const found = (Array.isArray(items) ? (items as Fields[]) : []).find((i) => i.name === name);
    if (!found) throw new AppError('not_found', `${this.#path} has no ${kind} named "${name}".`);
    return (found[kind] ?? {}) as Fields;
  }

  /** `<key>-data` inline, else the file named by `<key>`, relative to the kubeconfig. */
  material(fields: Fields, key: string): string | undefined {
    const inline = text(fields[`${key}-data`]);
    if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
    const path = text(fields[key]);
    if (path === undefined) return undefined;
    const content = readOptional(this.resolve(path));
    if (content === undefined) throw new AppError('not_found', `${path} cannot be read.`);
    return content;
  }

  resolve(path: string): string {
    return resolve(dirname(this.#path), path);
  }
}

function serverOf(cluster: Fields): string {
  const server = text(cluster.server);
  if (server === undefined || !/^https?:\/\//.test(server)) {
    throw new AppError('invalid', 'The cluster has no http(s) server address.');
  }
  if (cluster['proxy-url']) throw new AppError('unsupported', 'proxy-url is not supported.');
  return server.replace(/\/+$/, '');
}

function tlsOf(file: Kubeconfig, cluster: Fields, user: Fields): ClusterConfig['tls'] {
  const ca = file.material(cluster, 'certificate-authority');
  const cert = file.material(user, 'client-certificate');
  const key = file.material(user, 'client-key');
  const servername = text(cluster['tls-server-name']);
  return {
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function authorizationOf(file: Kubeconfig, user: Fields): () => string | undefined {
  for (const key of ['exec', 'auth-provider', 'as']) {
    if (user[key]) {
      throw new AppError(
        'unsupported',
        `Credentials of kind "${key}" are not supported; use a token.`,
      );
    }
  }
  const path = text(user.tokenFile);
  if (path !== undefined) return tokenFile(file.resolve(path));
  const token = text(user.token);
  if (token !== undefined) return () => `Bearer ${token}`;
  const name = text(user.username);
  if (name === undefined) return () => undefined;
  const basic = Buffer.from(`${name}:${text(user.password) ?? ''}`).toString('base64');
  return () => `Basic ${basic}`;
}

function tokenFile(path: string): () => string | undefined {
  let token: string | undefined;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - readAt > TOKEN_AGE_MS) {
      // a file that is away for a moment must not end a session that works
      token = readOptional(path)?.trim() ?? token;
      readAt = now;
    }
    return token === undefined ? undefined : `Bearer ${token}`;
  };
}

function parseYaml(content: string, path: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    throw notAKubeconfig(path, error);
  }
}

function notAKubeconfig(path: string, cause?: unknown): AppError {
  return new AppError('invalid', `${path} is not a kubeconfig.`, { cause });
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
