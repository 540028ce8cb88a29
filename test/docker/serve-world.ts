import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerEngine, freePort, loadTestImages, temporaryDirectory } from '@davit/testkit';
import type { DockerEngine } from '@davit/testkit';
import type PocketBase from 'pocketbase';
import { createApp } from '../product/app.ts';
import type { ProductApp, Ref } from '../product/app.ts';
import { restartable } from '../product/restartable.ts';
import type { Restartable } from '../product/restartable.ts';
import { addSuperuser, davit, signIn, startServer } from '../product/server.ts';

export interface Container {
  Id: string;
  State: string;
  Names: string[];
  Labels: Record<string, string>;
}

/** Server, edge and dockerd as their users run them: bundled, each a process of its own. */
export interface ServeWorld extends AsyncDisposable {
  readonly url: string;
  readonly dir: string;
  readonly edgePort: number;
  /** signed in as a user */
  readonly user: PocketBase;
  readonly engine: DockerEngine;
  readonly server: Restartable;
  /** the edge's process now, however it came; 0 where there is none */
  edgePid(): Promise<number>;
  /** where an app answers, by its own name */
  serviceUrl(ref: Ref): Promise<string>;
  /** A project with one deployment of the user's. */
  app(name: string): Promise<ProductApp>;
  containers(ref: Ref): Promise<Container[]>;
}

export interface ServeWorldOptions {
  liveRestore?: boolean;
  /** asked before each start of the server */
  more?: () => { flags: string[]; env: Record<string, string> };
}

export async function serveWorld(options: ServeWorldOptions = {}): Promise<ServeWorld> {
  const opened = new AsyncDisposableStack();
  try {
    const engine = opened.use(await dockerEngine(options));
    await loadTestImages(engine);
    const dir = join(opened.use(await temporaryDirectory('serve')).path, 'pb_data');
    const [port, edgePort] = [await freePort(), await freePort()];
    const flags = ['--driver', 'docker', '--docker-host', engine.host];
    await addSuperuser(dir);
    opened.defer(async () => {
      await using stopping = await davit(['edge', 'stop', '--dir', dir]);
      await stopping.ended;
    });
    const server = restartable(() => {
      const more = options.more?.();
      const all = [...flags, '--edge-http', `127.0.0.1:${edgePort}`, ...(more?.flags ?? [])];
      return startServer({ dir, port }, all, more?.env);
    });
    opened.defer(() => server.kill());
    await server.start();
    const url = `http://127.0.0.1:${port}`;
    const { user } = await signIn(url);
    const edgePid = async (): Promise<number> =>
      Number(await readFile(join(dir, 'docker', 'edge.pid'), 'utf8').catch(() => '0'));
    const serviceUrl = async ({ project, deployment }: Ref): Promise<string> => {
      const names = await Promise.all([
        user.collection('deployments').getOne<{ slug: string }>(deployment),
        user.collection('projects').getOne<{ slug: string }>(project),
      ]);
      return `http://${names.map(({ slug }) => slug).join('.')}.localhost:${edgePort}`;
    };
    return {
      ...{ url, dir, edgePort, user, engine, server, edgePid, serviceUrl },
      app: (name) => createApp(name, { user, serviceUrl }),
      containers: ({ deployment }) => {
        const filters = { label: [`one-click.dev/deploymentId=${deployment}`] };
        const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
        return engine.api<Container[]>('GET', `/containers/json?${query}`);
      },
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
