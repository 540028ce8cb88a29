import { until } from '@davit/testkit';
import { expect } from 'vitest';
import type { NamespaceView } from './namespace-view.ts';
import { aRollout } from './operator-world.ts';
import type { Fields } from './operator-world.ts';

/** Where a fleet lives: of an operator in this process, or of one beside it. */
export interface FleetHome {
  namespace: string;
  apply(...objects: object[]): Promise<string>;
  list: NamespaceView['list'];
}

interface Item {
  kind: string;
  metadata: {
    name: string;
    uid: string;
    generation: number;
    ownerReferences?: { uid: string }[];
  };
  status?: { observedGeneration?: number; updatedReplicas?: number };
  spec: { template: { spec: { containers: { image: string }[] } } };
}

const KINDS = ['sa', 'pvc', 'secret', 'deployment', 'service'] as const;

/** Many Rollouts that are changed together, and what must be true of them whatever happened meanwhile. */
export class Fleet {
  readonly #home: FleetHome;
  readonly #names: readonly string[];
  #tag = 0;
  /** uids of Deployments and claims, once there */
  #lasting: ReadonlyMap<string, string> | undefined;

  constructor(home: FleetHome, size: number) {
    this.#home = home;
    this.#names = Array.from({ length: size }, (_, index) => `app-${index}`);
  }

  /** Gives all of them another image; the first time it creates them. */
  async change(): Promise<void> {
    this.#tag += 1;
    const image = { registry: 'davit.test', repository: 'web', tag: String(this.#tag) };
    const spec: Fields = {
      image,
      secrets: [{ name: 'TOKEN', value: 'x' }],
      volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    };
    const { namespace } = this.#home;
    await this.#home.apply(...this.#names.map((name) => aRollout(namespace, spec, name)));
  }

  /**
   * Waits until every Rollout is as asked for and says so. Throws where a Deployment was changed more often than its
   * Rollout, a Deployment or a claim is not the one it was, or a child belongs to nobody.
   */
  async converged(): Promise<void> {
    const options = { timeout: 120_000, interval: 100, what: `image ${this.#tag} everywhere` };
    const rollouts = await until(async () => {
      const items = await this.#home.list<Item>('rollout');
      return items.length === this.#names.length && items.every(isObserved) ? items : undefined;
    }, options);
    const children = await until(async () => {
      const all = await this.#home.list<Item>(...KINDS);
      const items = all.filter(({ metadata }) => metadata.name !== 'default');
      return items.length === this.#names.length * 5 && items.every((i) => this.#isCurrent(i))
        ? items
        : undefined;
    }, options);
    const living = new Set(rollouts.map(({ metadata }) => metadata.uid));
    const owned = children.filter(({ kind }) => kind !== 'PersistentVolumeClaim');
    const orphans = owned.filter(
      ({ metadata }) => !metadata.ownerReferences?.some(({ uid }) => living.has(uid)),
    );
    expect(orphans.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    const generations = children
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => metadata.generation);
    expect(new Set(generations)).toEqual(new Set([this.#tag]));
    const lasting = new Map(
      children
        .filter(({ kind }) => kind === 'PersistentVolumeClaim' || kind === 'Deployment')
        .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.uid]),
    );
    if (this.#lasting) expect(lasting).toEqual(this.#lasting);
    this.#lasting = lasting;
  }

  /** Kubernetes' own controllers have seen it, too: they would have something to tell later. */
  #isCurrent({ kind, metadata, spec, status }: Item): boolean {
    if (kind !== 'Deployment') return true;
    const isSeen = status?.observedGeneration === metadata.generation;
    if (!isSeen || status.updatedReplicas !== 1) return false;
    return spec.template.spec.containers[0]?.image === `davit.test/web:${this.#tag}`;
  }
}

function isObserved({ metadata, status }: Item): boolean {
  return status?.observedGeneration === metadata.generation;
}
