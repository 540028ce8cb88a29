import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child as Rendered, renderChildren, type RolloutResource } from '@davit/rollout';
import { childProcess, controlPlane, programPath, until } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { installCrd } from '../cluster/install-crd.ts';
import { inParallel, KubeClient } from './kube-client.ts';
import { countWrites, type WriteCounts, writesBetween } from './write-counts.ts';

/** the operator's default number of workers, and as many connections for the bare client */
export const WORKERS = 4;
const ROLLOUTS = '/apis/one-click.dev/v1alpha1/rollouts';
const DEPLOYMENTS = '/apis/apps/v1/deployments';
const REPLICA_SETS = '/apis/apps/v1/replicasets';

const plurals: Record<string, string> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
};

export interface Fleet {
  readonly size: number;
  readonly namespaces: number;
}

/** A control plane whose pods are Ready without containers, and many Rollouts in it. */
export class Scene implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  readonly fleet: Fleet;
  readonly #signal: AbortSignal;
  readonly #nodes: AsyncDisposable;
  /** how many objects of each kind there were before */
  readonly #before = new Map<string, number>();

  private constructor(of: {
    plane: ControlPlane;
    fleet: Fleet;
    signal: AbortSignal;
    nodes: AsyncDisposable;
  }) {
    this.plane = of.plane;
    this.fleet = of.fleet;
    this.#signal = of.signal;
    this.#nodes = of.nodes;
    this.client = new KubeClient(of.plane, WORKERS);
  }

  static async open(fleet: Fleet, signal: AbortSignal): Promise<Scene> {
    const controllers = { controllerManager: true, scheduler: true, unthrottled: true };
    const plane = await controlPlane(controllers);
    await installCrd(plane);
    const nodes = await childProcess(programPath('kwok'), [
      `--kubeconfig=${plane.kubeconfig}`,
      `--config=${join(import.meta.dirname, 'simulated-pods.yaml')}`,
      '--manage-all-nodes',
      '--node-lease-duration-seconds=40',
    ]);
    const scene = new Scene({ plane, fleet, signal, nodes });
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'simulated' } };
    const namespaces = [...new Set(scene.indexes.map((index) => scene.namespaceOf(index)))];
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
    return Array.from({ length: this.fleet.size }, (_, index) => index);
  }

  namespaceOf(index: number): string {
    return `bench-${index % this.fleet.namespaces}`;
  }

  rollout(index: number): object {
    const { metadata, ...rest } = rollout(index);
    return { ...rest, metadata: { ...metadata, namespace: this.namespaceOf(index) } };
  }

  /** Where an object like this child is made. */
  pathOf(child: Rendered, index: number): string {
    return `${base(child)}/namespaces/${this.namespaceOf(index)}/${plurals[child.kind]}`;
  }

  /** Where a Rollout is made. */
  collectionOf(index: number): string {
    return collection(this.namespaceOf(index));
  }

  create(done: (index: number, made: RolloutResource) => void = () => undefined): Promise<void> {
    return inParallel(this.indexes, WORKERS, async (index) => {
      const made = await this.client.create(this.collectionOf(index), this.rollout(index));
      done(index, made as unknown as RolloutResource);
    });
  }

  /** Seconds from `begin` until the last child is there, and until every pod is Ready. */
  async watch(begin: number): Promise<{ created: number; ready: number }> {
    const seconds = (): number => (performance.now() - begin) / 1000;
    const waiting = new Set(this.#collections());
    await this.until(async () => {
      for (const path of waiting) {
        const count = (await this.client.count(path)) - (this.#before.get(path) ?? 0);
        if (count >= this.fleet.size) waiting.delete(path);
      }
      return waiting.size === 0;
    });
    const created = seconds();
    await this.until(() => this.#runsEverywhere('1'));
    return { created, ready: seconds() };
  }

  /** Seconds from `begin` until every Rollout says that it is Ready. */
  async reported(begin: number): Promise<number> {
    await this.until(async () => {
      const rows = await this.#rows(ROLLOUTS);
      return rows.every(({ Ready }) => Ready === 'True');
    });
    return (performance.now() - begin) / 1000;
  }

  /**
   * Seconds until every Deployment has this image, and until nothing else runs; `follow` does what an operator would.
   */
  async changeImages(
    tag: string,
    follow?: (index: number) => Promise<void>,
  ): Promise<{ changed: number; rolled: number }> {
    const begin = performance.now();
    const seconds = (): number => (performance.now() - begin) / 1000;
    const asked = this.indexes.map(() => Promise.withResolvers<undefined>());
    const work = Promise.all([
      inParallel(this.indexes, WORKERS, async (index) => {
        const path = `${this.collectionOf(index)}/app-${index}`;
        await this.client.merge(path, { spec: { image: { tag } } });
        asked[index]?.resolve(undefined);
      }),
      inParallel(this.indexes, WORKERS, async (index) => {
        await asked[index]?.promise;
        await follow?.(index);
      }),
    ]);
    await this.until(async () => {
      const rows = await this.#rows(DEPLOYMENTS);
      return rows.every(({ Images }) => Images === imageOf(tag));
    });
    const changed = seconds();
    await work;
    await this.until(() => this.#runsEverywhere(tag));
    return { changed, rolled: seconds() };
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
    const interval = 50 + this.fleet.size;
    await until(is, { signal: this.#signal, timeout: 3_600_000, interval });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#nodes[Symbol.asyncDispose]();
    await this.plane[Symbol.asyncDispose]();
  }

  /** Of every Rollout one ReplicaSet has its instance, the one with this image. */
  async #runsEverywhere(tag: string): Promise<boolean> {
    const rows = await this.#rows(REPLICA_SETS);
    const serving = rows.filter(({ Images, Ready }) => Images === imageOf(tag) && Ready === 1);
    const others = rows.filter(({ Images, Current }) => Images !== imageOf(tag) && Current !== 0);
    return serving.length === this.fleet.size && others.length === 0;
  }

  /** Without the one that is broken on purpose. */
  async #rows(path: string): Promise<Readonly<Record<string, unknown>>[]> {
    const rows = await this.client.table(path);
    return rows.filter(({ Name }) => String(Name).startsWith('app-'));
  }

  #collections(): string[] {
    const children = renderChildren(rollout(0));
    return [...new Set(children.map((child) => `${base(child)}/${plurals[child.kind]}`))];
  }
}

export const CHILDREN: number = renderChildren(rollout(0)).length;

export function collection(namespace: string): string {
  return `/apis/one-click.dev/v1alpha1/namespaces/${namespace}/rollouts`;
}

function imageOf(tag: string): string {
  return `davit.test/web:${tag}`;
}

export function rollout(index: number) {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: `app-${index}`, namespace: 'bench-0' },
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
