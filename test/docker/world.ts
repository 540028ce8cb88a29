import { join } from 'node:path';
import { request } from 'node:http';
import type { DeploymentRef, Logger, RolloutDriver, SecretBox } from '@davit/domain';
import { createDockerDriver } from '@davit/docker';
import type { DockerDriverOptions } from '@davit/docker';
import { createEdge, createEdgeClient, probe } from '@davit/edge';
import { dockerEngine, faultProxy, loadTestImages, temporaryDirectory } from '@davit/testkit';
import type { DockerEngine, FaultProxy } from '@davit/testkit';
import type { DriverWorld } from '@davit/testkit/contract';

/** A Docker, an edge in front of its containers, and drivers that share a state file. */
export interface DockerWorld extends DriverWorld {
  readonly engine: DockerEngine;
  readonly proxy: FaultProxy;
  readonly directory: string;
  readonly edgePort: number;
  readonly logs: string[];
  open(options?: Partial<DockerDriverOptions>): Promise<RolloutDriver>;
}

/** Stands in for the real box, to see that what is written went through one. */
export const box: SecretBox = {
  seal: (plain) => Buffer.from(plain).toString('base64'),
  open: (sealed) => Buffer.from(sealed, 'base64').toString(),
};

export const hostOf = ({ projectId, deploymentId }: DeploymentRef): string =>
  `${deploymentId}.${projectId}.localhost`;

export async function dockerWorld(): Promise<DockerWorld> {
  const opened = new AsyncDisposableStack();
  try {
    const directory = opened.use(await temporaryDirectory('docker-world')).path;
    const engine = opened.use(await dockerEngine());
    await loadTestImages(engine);
    const proxy = opened.use(await faultProxy({ url: engine.url }));
    const logs: string[] = [];
    const logger: Logger = {
      log: (level, message, fields) => {
        if (level !== 'debug') logs.push(`${level} ${message} ${JSON.stringify(fields)}`);
      },
      with: () => logger,
    };
    const controlSocket = join(directory, 'edge.sock');
    const edge = opened.use(
      await createEdge({
        http: [{ host: '127.0.0.1', port: 0 }],
        controlSocket,
        stateFile: join(directory, 'routes.json'),
        logger,
      }),
    );
    const edgePort = edge.addresses.http[0]?.port ?? 0;
    return {
      engine,
      proxy,
      directory,
      edgePort,
      logs,
      open: (options = {}) =>
        createDockerDriver({
          host: proxy.url.replace('http:', 'tcp:'),
          installationId: 'contract-installation',
          stateFile: join(directory, 'state.json'),
          edge: createEdgeClient(controlSocket),
          probe,
          box,
          logger,
          ...options,
        }),
      ask: (ref, path = '/', init = { method: 'GET', body: '' }) =>
        askEdge({ port: edgePort, host: hostOf(ref), path, ...init }),
      cut: () => {
        proxy.refuse();
        proxy.reset();
      },
      mend: () => proxy.restore(),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

interface Asking {
  port: number;
  host: string;
  path: string;
  method: string;
  body: string;
}

function askEdge({ port, host, path, method, body }: Asking): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, method, headers: { host }, agent: false };
    const asking = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 ? text.trim() : undefined));
    });
    asking.on('error', () => resolve(undefined));
    asking.setTimeout(10_000, () => asking.destroy());
    asking.end(body);
  });
}
