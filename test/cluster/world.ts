import { join } from 'node:path';
import { childProcess, freePort, temporaryDirectory, until } from '@davit/testkit';
import type { Child, Cluster } from '@davit/testkit';
import type PocketBase from 'pocketbase';
import { createApp as createProductApp } from '../product/app.ts';
import type { ProductApp, Ref } from '../product/app.ts';
import { restartable } from '../product/restartable.ts';
import type { Restartable } from '../product/restartable.ts';
import { addSuperuser, signIn, startServer } from '../product/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const OPERATOR = join(ROOT, 'apps/operator/dist/main.js');

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

export interface App extends ProductApp {
  /** in the app's namespace; its `serviceUrl` is `http://<ClusterIP>:<port>` of the interface `http` */
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
    const dir = join(opened.use(await temporaryDirectory('world')).path, 'pb_data');
    const operator = restartable((kubeconfig) => startOperator(kubeconfig), cluster.kubeconfig);
    opened.defer(() => operator.kill());
    if (options.operator !== false) await operator.start();
    const port = await freePort();
    await addSuperuser(dir);
    const server = restartable(
      (kubeconfig) =>
        startServer({ dir, port }, ['--driver', 'kubernetes', '--kubeconfig', kubeconfig]),
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
      app: (name) => createApp(name, { user, cluster, projects }),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function startOperator(kubeconfig: string): Promise<Child> {
  const args = ['--kubeconfig', kubeconfig, '--metrics', '127.0.0.1:0', '--health', '127.0.0.1:0'];
  return childProcess(process.execPath, [OPERATOR, ...args], {
    ready: /"msg":"ready"/,
  });
}

async function removeNamespaces(cluster: Cluster, projects: string[]): Promise<void> {
  if (projects.length === 0) return;
  await cluster.kubectl('delete', 'namespace', '--wait=false', '--ignore-not-found', ...projects);
}

interface AppParts {
  user: PocketBase;
  cluster: Cluster;
  projects: string[];
}

async function createApp(name: string, { user, cluster, projects }: AppParts): Promise<App> {
  const serviceUrl = ({ project, deployment }: Ref): Promise<string> =>
    until(
      async () => {
        const path = '-o=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
        const service = ['get', 'service', `http-${deployment}-svc`, path];
        return `http://${await cluster.kubectl('-n', project, ...service)}`;
      },
      { what: 'the service' },
    );
  const app = await createProductApp(name, { user, serviceUrl });
  projects.push(app.project);
  return { ...app, kubectl: (...args) => cluster.kubectl('-n', app.project, ...args) };
}
