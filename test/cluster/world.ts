import { get } from 'node:http';
import { join } from 'node:path';
import type { DeploymentStatus } from '@davit/platform';
import { childProcess, freePort, temporaryDirectory, until } from '@davit/testkit';
import type { Child, Cluster, TemporaryDirectory } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { RecordModel } from 'pocketbase';

const ROOT = join(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'apps/server/dist/main.js');
const OPERATOR = join(ROOT, 'apps/operator/dist/main.js');
export const PASSWORD = 'correct-horse-1';
export const EMAIL = { root: 'root@example.com', user: 'ada@example.com' };

/** Server and operator as their users run them: bundled, each a process of its own, on a real cluster. */
export interface World extends AsyncDisposable {
  readonly url: string;
  /** signed in as a user */
  readonly user: PocketBase;
  /** signed in as a superuser */
  readonly root: PocketBase;
  readonly cluster: Cluster;
  readonly server: Restartable;
  readonly operator: Restartable;
  /** A project with one deployment of the user's. */
  app(name: string): Promise<App>;
}

/** A process that a test ends and starts again. */
export interface Restartable {
  readonly pid: number;
  output(): string;
  /** `kill -9` */
  kill(): Promise<void>;
  start(env?: { kubeconfig?: string }): Promise<void>;
}

export interface App {
  readonly project: string;
  readonly deployment: string;
  readonly ref: { project: string; deployment: string };
  /** Creates a rollout of `davit.test/web:<tag>`, with more of a spec where given. */
  roll(tag: string, spec?: object): Promise<RecordModel>;
  status(): Promise<DeploymentStatus>;
  /** Waits for a phase (and a reason). */
  becomes(phase: string, reason?: string): Promise<DeploymentStatus>;
  /** `http://<ClusterIP>:<port>` of the interface `http`, once there is one */
  serviceUrl(): Promise<string>;
  /** Waits until the service answers 200 with this text. */
  serves(text: string): Promise<void>;
  kubectl(...args: string[]): Promise<string>;
}

export interface WorldOptions {
  cluster: Cluster;
  /** how the server reaches the cluster, where not directly */
  kubeconfig?: string;
  /** default true */
  operator?: boolean;
}

export async function world(options: WorldOptions): Promise<World> {
  const { cluster } = options;
  const opened = new AsyncDisposableStack();
  try {
    await cluster.kubectl('apply', '-f', join(ROOT, 'crds/rollouts.one-click.dev.yaml'));
    const directory = opened.use(await temporaryDirectory('world'));
    const operator = restartable((kubeconfig) => startOperator(kubeconfig), cluster.kubeconfig);
    opened.defer(() => operator.kill());
    if (options.operator !== false) await operator.start();
    const port = await freePort();
    await addSuperuser(directory);
    const server = restartable(
      (kubeconfig) => startServer({ directory, port, kubeconfig }),
      options.kubeconfig ?? cluster.kubeconfig,
    );
    opened.defer(() => server.kill());
    await server.start();
    const url = `http://127.0.0.1:${port}`;
    const { root, user } = await signIn(url);
    const projects: string[] = [];
    opened.defer(() => removeNamespaces(cluster, projects));
    return {
      url,
      root,
      user,
      cluster,
      server,
      operator,
      app: (name) => createApp(name, { user, cluster, url, projects }),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function restartable(begin: (kubeconfig: string) => Promise<Child>, usual: string): Restartable {
  let child: Child | undefined;
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => child?.output() ?? '',
    async kill() {
      child?.kill('SIGKILL');
      await child?.ended;
      await child?.[Symbol.asyncDispose]();
      child = undefined;
    },
    async start({ kubeconfig = usual } = {}) {
      child = await begin(kubeconfig);
    },
  };
}

function startOperator(kubeconfig: string): Promise<Child> {
  const args = ['--kubeconfig', kubeconfig, '--metrics', '127.0.0.1:0', '--health', '127.0.0.1:0'];
  return childProcess(process.execPath, [OPERATOR, ...args], {
    ready: /"msg":"ready"/,
  });
}

interface ServerOptions {
  directory: TemporaryDirectory;
  port: number;
  kubeconfig: string;
}

function startServer({ directory, port, kubeconfig }: ServerOptions): Promise<Child> {
  const args = ['serve', '--dir', join(directory.path, 'pb_data'), '--http', `127.0.0.1:${port}`];
  const engine = ['--driver', 'kubernetes', '--kubeconfig', kubeconfig];
  return childProcess(process.execPath, [SERVER, ...args, ...engine], { ready: /Address/ });
}

async function addSuperuser(directory: TemporaryDirectory): Promise<void> {
  const args = ['superuser', 'upsert', EMAIL.root, PASSWORD];
  const dir = ['--dir', join(directory.path, 'pb_data')];
  await using child = await childProcess(process.execPath, [SERVER, ...args, ...dir]);
  if ((await child.ended) !== 0) throw new Error(child.output());
}

async function signIn(url: string): Promise<{ root: PocketBase; user: PocketBase }> {
  const [root, user] = [new PocketBase(url), new PocketBase(url)];
  for (const client of [root, user]) client.autoCancellation(false);
  await root.collection('_superusers').authWithPassword(EMAIL.root, PASSWORD);
  const account = { email: EMAIL.user, password: PASSWORD, passwordConfirm: PASSWORD };
  await root.collection('users').create(account);
  await user.collection('users').authWithPassword(EMAIL.user, PASSWORD);
  return { root, user };
}

async function removeNamespaces(cluster: Cluster, projects: string[]): Promise<void> {
  if (projects.length === 0) return;
  await cluster.kubectl('delete', 'namespace', '--wait=false', '--ignore-not-found', ...projects);
}

interface AppParts {
  user: PocketBase;
  cluster: Cluster;
  url: string;
  projects: string[];
}

/** The spec of an app that serves its text on :8080. */
export const webSpec = (tag: string, more: object = {}): object => ({
  image: { registry: 'davit.test', repository: 'web', tag },
  interfaces: [{ name: 'http', port: 8080 }],
  ...more,
});

export const manifestOf = (spec: object): object => ({
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  spec,
});

async function createApp(name: string, parts: AppParts): Promise<App> {
  const { user, cluster, projects } = parts;
  const owner = user.authStore.record?.id ?? '';
  const project = await user.collection('projects').create({ name, user: owner });
  projects.push(project.id);
  const deployment = await user
    .collection('deployments')
    .create({ name, user: owner, project: project.id });
  const ref = { project: project.id, deployment: deployment.id };
  const kubectl = (...args: string[]): Promise<string> =>
    cluster.kubectl('-n', project.id, ...args);
  const status = (): Promise<DeploymentStatus> =>
    user.send(`/api/davit/v1/projects/${ref.project}/deployments/${ref.deployment}/status`, {});
  const serviceUrl = (): Promise<string> =>
    until(
      async () => {
        const path = '-o=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
        return `http://${await kubectl('get', 'service', `http-${deployment.id}-svc`, path)}`;
      },
      { what: 'the service' },
    );
  return {
    ...ref,
    ref,
    kubectl,
    status,
    serviceUrl,
    roll: (tag, spec) =>
      user
        .collection('rollouts')
        .create({ ...ref, user: owner, manifest: manifestOf(webSpec(tag, spec)) }),
    async becomes(phase, reason) {
      let last: DeploymentStatus | undefined;
      try {
        return await until(
          async () => {
            last = await status();
            return last.phase === phase && (reason === undefined || last.reason === reason) && last;
          },
          { timeout: 60_000 },
        );
      } catch (cause) {
        const seen = `${last?.phase} ${last?.reason}: ${last?.message}`;
        throw new Error(`expected ${phase} ${reason ?? ''}, last seen: ${seen}`, { cause });
      }
    },
    async serves(text) {
      const url = await serviceUrl();
      await until(async () => (await getOnce(url)) === text, {
        timeout: 60_000,
        what: `${url} to serve ${text}`,
      });
    },
  };
}

/**
 * The trimmed body of a 200 over a connection of its own. A connection that began before the node knew the service
 * would lead nowhere for as long as it is tried, so that a pool must not hand it out again.
 */
function getOnce(url: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(response.statusCode === 200 ? body.trim() : undefined));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
    request.on('error', reject);
  });
}
