import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child as Rendered, renderChildren, type RolloutResource } from '@davit/rollout';
import { childProcess, controlPlane, programPath, until } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { installCrd } from '../cluster/install-crd.ts';
import { inParallel, KubeClient, type KubeObject } from './kube-client.ts';
import { countWrites, type WriteCounts, writesBetween } from './write-counts.ts';

/** the operator's default number of workers, and as many connections for the bare client */
export const WORKERS = 4;
const ROLLOUTS = '/apis/one-click.dev/v1alpha1/rollouts';
const DEPLOYMENTS = '/apis/apps/v1/deployments';

const plurals: Record<string, string> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
};

interface Status {
  observedGeneration?: number;
  conditions?: { type: string; status: string }[];
  availableReplicas?: number;
}

/** A control plane whose pods are Ready without containers, and many Rollouts in it. */
export class Scene implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  readonly size: number;
  readonly #signal: AbortSignal;
  readonly #nodes: AsyncDisposable;
  /** how many objects of each kind there were before */
  readonly #before = new Map<string, number>();

  private constructor(of: {
    plane: ControlPlane;
    size: number;
    signal: AbortSignal;
    nodes: AsyncDisposable;
  }) {
    this.plane = of.plane;
    this.size = of.size;
    this.#signal = of.signal;
    this.#nodes = of.nodes;
    this.client = new KubeClient(of.plane, WORKERS);
  }

  static async open(size: number, signal: AbortSignal): Promise<Scene> {
    const plane = await controlPlane({ controllerManager: true, scheduler: true });
    await installCrd(plane);
    const nodes = await childProcess(programPath('kwok'), [
      `--kubeconfig=${plane.kubeconfig}`,
      `--config=${join(import.meta.dirname, 'simulated-pods.yaml')}`,
      '--manage-all-nodes',
      '--node-lease-duration-seconds=40',
    ]);
    const scene = new Scene({ plane, size, signal, nodes });
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'simulated' } };
    const namespaces = [...new Set(scene.indexes.map(namespaceOf))];
    await scene.client.create('/api/v1/nodes', node);
    for (const name of namespaces) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await scene.client.create('/api/v1/namespaces', namespace);
    }
    await scene.settle();
    for (const path of scene.#collections()) {
      scene.#before.set(path, await scene.client.count(path));
    }
    return scene;
  }

  get indexes(): number[] {
    return Array.from({ length: this.size }, (_, index) => index);
  }

  create(done: (index: number, made: RolloutResource) => void = () => undefined): Promise<void> {
    return inParallel(this.indexes, WORKERS, async (index) => {
      const path = collection(namespaceOf(index));
      done(index, (await this.client.create(path, rollout(index))) as unknown as RolloutResource);
    });
  }

  /** Milliseconds from `begin` until the last child is there, and until every pod is Ready and every status says so. */
  async watch(begin: number): Promise<{ created: number; ready: number }> {
    const seconds = (): number => (performance.now() - begin) / 1000;
    const waiting = new Set(this.#collections());
    await this.until(async () => {
      for (const path of waiting) {
        const count = (await this.client.count(path)) - (this.#before.get(path) ?? 0);
        if (count >= this.size) waiting.delete(path);
      }
      return waiting.size === 0;
    });
    const created = seconds();
    await this.until(async () => (await this.#all(DEPLOYMENTS)).every(isAvailable));
    return { created, ready: seconds() };
  }

  /** Seconds from `begin` until every Rollout says that it is Ready. */
  async reported(begin: number): Promise<number> {
    await this.until(async () => (await this.#all(ROLLOUTS)).every(isReady));
    return (performance.now() - begin) / 1000;
  }

  /** Seconds until every Deployment has this image; `follow` does what an operator would. */
  async changeImages(tag: string, follow: (index: number) => Promise<void>): Promise<number> {
    const begin = performance.now();
    const changed = this.indexes.map(() => Promise.withResolvers<undefined>());
    const work = Promise.all([
      inParallel(this.indexes, WORKERS, async (index) => {
        const path = `${collection(namespaceOf(index))}/app-${index}`;
        await this.client.merge(path, { spec: { image: { tag } } });
        changed[index]?.resolve(undefined);
      }),
      inParallel(this.indexes, WORKERS, async (index) => {
        await changed[index]?.promise;
        await follow(index);
      }),
    ]);
    const image = `davit.test/web:${tag}`;
    await this.until(async () =>
      (await this.#all(DEPLOYMENTS)).every((item) => JSON.stringify(item).includes(image)),
    );
    const seconds = (performance.now() - begin) / 1000;
    await work;
    return seconds;
  }

  /** Waits until two seconds pass without a write. */
  async settle(): Promise<WriteCounts> {
    let last = await countWrites(this.client);
    for (;;) {
      await sleep(2_000, undefined, { signal: this.#signal });
      const now = await countWrites(this.client);
      if (writesBetween(last, now) === 0) return now;
      last = now;
    }
  }

  async until(is: () => Promise<boolean>): Promise<void> {
    // looking costs the API server more, the more there are
    const interval = 50 + this.size / 2;
    await until(is, { signal: this.#signal, timeout: 1_200_000, interval });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#nodes[Symbol.asyncDispose]();
    await this.plane[Symbol.asyncDispose]();
  }

  async #all(path: string): Promise<KubeObject[]> {
    const { items } = await this.client.get<{ items: KubeObject[] }>(path);
    return items.filter(({ metadata }) => metadata.name.startsWith('app-'));
  }

  #collections(): string[] {
    const children = renderChildren(rollout(0) as RolloutResource);
    return [...new Set(children.map((child) => `${base(child)}/${plurals[child.kind]}`))];
  }
}

export const CHILDREN: number = renderChildren(rollout(0) as RolloutResource).length;

/** Where an object like this child is made. */
export function pathOf(child: Rendered, index: number): string {
  return `${base(child)}/namespaces/${namespaceOf(index)}/${plurals[child.kind]}`;
}

export function namespaceOf(index: number): string {
  return `bench-${Math.floor(index / 100)}`;
}

export function collection(namespace: string): string {
  return `/apis/one-click.dev/v1alpha1/namespaces/${namespace}/rollouts`;
}

export function rollout(index: number): object {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: `app-${index}`, namespace: namespaceOf(index) },
    spec: {
      image: { registry: 'davit.test', repository: 'web', tag: '1' },
      env: [{ name: 'MODE', value: 'production' }],
      secrets: [{ name: 'TOKEN', value: `secret-${index}` }],
      files: [{ path: '/etc/app.yaml', content: 'a: 1' }],
      interfaces: [{ name: 'http', port: 8080 }],
    },
  };
}

function base({ apiVersion }: Rendered): string {
  return apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
}

function isReady({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as Status;
  return conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

function isAvailable({ status }: KubeObject): boolean {
  return ((status ?? {}) as Status).availableReplicas === 1;
}
