import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@davit/domain';
import { createOperator } from '@davit/operator-app';
import type { ControlPlane } from '@davit/testkit';
import { temporaryDirectory, until } from '@davit/testkit';
import { installCrd } from './install-crd.ts';
import { NamespaceView } from './namespace-view.ts';

/** An operator in this process, for one namespace, that counts what it writes. */
export interface OperatorWorld extends AsyncDisposable {
  readonly namespace: string;
  /** `METHOD path` of every write since the last `forget`, without leases and events */
  readonly writes: readonly string[];
  /** as `writes`, events too */
  readonly allWrites: readonly string[];
  forget(): void;
  kubectl(...args: string[]): Promise<string>;
  get<T = Fields>(...args: Parameters<NamespaceView['get']>): Promise<T>;
  list: NamespaceView['list'];
  apply(...objects: object[]): Promise<string>;
  /** creates objects in the name of another field manager */
  createAs(manager: string, ...objects: object[]): Promise<void>;
  /** Waits for a status of this generation that says so. */
  status(name: string, wanted: Fields): Promise<Fields>;
  /** Waits until nothing was written for a while since the last write, start or `forget`. */
  settled(quietMs?: number): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Once everything has come to rest: what an operator that is started anew writes, events too. */
  writesAfterRestart(): Promise<readonly string[]>;
}

export type Fields = Record<string, unknown>;

let count = 0;

export interface OperatorWorldOptions {
  /** who the operator is, where not an administrator */
  kubeconfig?: string;
  leaderElect?: boolean;
  /** works on all namespaces, not only on its own */
  allNamespaces?: boolean;
  /** what the API server knows of Rollouts, where that is something else */
  crd?: object;
  logger?: Logger;
}

export async function operatorWorld(
  plane: ControlPlane,
  options: OperatorWorldOptions = {},
): Promise<OperatorWorld> {
  const namespace = `operator-${process.pid}-${(count += 1)}`;
  await installCrd(plane, options.crd);
  await plane.kubectl('create', 'namespace', namespace);
  const kubectl = (...args: string[]): Promise<string> => plane.kubectl('-n', namespace, ...args);
  const writes: string[] = [];
  let lastWrite = Date.now();
  let running: { stop: AbortController; ended: Promise<void> } | undefined;

  const start = async (): Promise<void> => {
    const operator = createOperator(
      {
        command: 'run',
        kubeconfig: { path: options.kubeconfig ?? plane.kubeconfig },
        inCluster: { host: undefined, port: undefined },
        namespaces: options.allNamespaces ? [] : [namespace],
        workers: 2,
        leaderElect: options.leaderElect ?? false,
        leaseName: 'davit-operator',
        logLevel: 'error',
      },
      {
        ...(options.logger ? { logger: options.logger } : {}),
        onRequest({ method, path }) {
          if (method === 'GET' || path.includes('/leases')) return;
          writes.push(`${method} ${path.replace(/^.*\/namespaces\/[^/]+\//, '')}`);
          lastWrite = Date.now();
        },
      },
    );
    const stop = new AbortController();
    running = { stop, ended: operator.run(stop.signal) };
    await until(() => operator.ready, { what: 'the operator', timeout: 60_000 });
    lastWrite = Date.now();
  };
  const stop = async (): Promise<void> => {
    running?.stop.abort();
    await running?.ended;
    running = undefined;
  };
  const view = new NamespaceView(plane, namespace);
  const settled = async (quietMs = 700): Promise<void> => {
    await until(() => Date.now() - lastWrite > quietMs, { timeout: 60_000, what: 'rest' });
  };
  const forget = (): void => {
    writes.splice(0);
    lastWrite = Date.now();
  };

  await start();
  return {
    namespace,
    get writes() {
      return writes.filter((write) => !write.endsWith(' events'));
    },
    get allWrites() {
      return writes;
    },
    forget,
    kubectl,
    get: (kind, name) => view.get(kind, name),
    list: (...kinds) => view.list(...kinds),
    apply: (...objects) => plane.apply(...objects),
    createAs: (manager, ...objects) => createAs(kubectl, manager, objects),
    status: (name, wanted) =>
      until(async () => matches(await view.get<Fields>('rollout', name), wanted), {
        what: `status ${JSON.stringify(wanted)}`,
        timeout: 60_000,
      }),
    settled,
    start,
    stop,
    writesAfterRestart: async () => {
      await settled();
      await stop();
      forget();
      await start();
      await settled();
      return writes;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await view.close();
      await kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}

/** Creates objects in the name of a field manager. */
export async function createAs(
  kubectl: (...args: string[]) => Promise<string>,
  manager: string,
  objects: readonly object[],
): Promise<void> {
  await using directory = await temporaryDirectory('objects');
  const file = join(directory.path, 'objects.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await kubectl('create', `--field-manager=${manager}`, '-f', file);
}

function matches(rollout: Fields, wanted: Fields): Fields | undefined {
  const { metadata, status } = rollout as { metadata: { generation: number }; status?: Fields };
  if (status?.observedGeneration !== metadata.generation) return undefined;
  return Object.entries(wanted).every(([key, value]) => status[key] === value) ? status : undefined;
}

export function aRollout(namespace: string, spec: Fields = {}, name = 'web'): Fields {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace },
    spec: {
      image: { registry: 'davit.test', repository: 'web', tag: '1' },
      horizontalScale: { minReplicas: 1, maxReplicas: 1, targetCPUUtilizationPercentage: 80 },
      resources: {
        requests: { cpu: '0.05', memory: '16Mi' },
        limits: { cpu: '1', memory: '1024Mi' },
      },
      env: [{ name: 'A', value: '1' }],
      interfaces: [{ name: 'http', port: 8080 }],
      ...spec,
    },
  };
}
