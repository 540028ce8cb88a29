import { AppError } from '@davit/domain';
import type { ClusterObject, RolloutCluster } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { RolloutSpec, RolloutStatus } from '@davit/rollout';

type Fields = Record<string, unknown>;
type Verb = 'create' | 'apply' | 'patch' | 'remove' | 'status';

/** For this package's tests: a cluster of one namespace in memory that does as it is told, or fails as it is told. */
export class MemoryCluster implements RolloutCluster {
  readonly #objects = new Map<string, ClusterObject>();
  #version = 0;
  /** `verb Kind name` of every write that was made */
  readonly writes: string[] = [];
  readonly events: string[] = [];
  /** what the label of the namespace says */
  isolated = false;
  /** the failure of a write, where it is to fail */
  refuse: (write: string) => AppError | undefined = () => undefined;
  /** what an admission webhook makes of what is applied */
  rewrites: (object: ClusterObject) => ClusterObject = (object) => object;
  /** what is kept of a status */
  keeps: (status: Fields) => Fields = (status) => status;

  rollout(key: string): ClusterObject | undefined {
    return this.get('Rollout', key.slice(key.indexOf('/') + 1));
  }

  children(rollout: ClusterObject): ClusterObject[] {
    const { name, uid } = rollout.metadata;
    return [...this.#objects.values()]
      .filter(({ kind }) => kind !== 'Rollout')
      .filter(
        ({ metadata }) =>
          metadata.labels?.[LABELS.deploymentId] === name ||
          metadata.ownerReferences?.some((owner) => owner.uid === uid),
      )
      .map((object) => structuredClone(object));
  }

  find({ kind, metadata }: ClusterObject): ClusterObject | undefined {
    return this.get(kind, metadata.name);
  }

  get(kind: string, name: string): ClusterObject | undefined {
    return structuredClone(this.#objects.get(`${kind} ${name}`));
  }

  /** Puts an object there, or changes one, as somebody else would. */
  put(object: ClusterObject): void {
    this.#version += 1;
    const id = `${object.kind} ${object.metadata.name}`;
    const uid = object.metadata.uid ?? this.#objects.get(id)?.metadata.uid ?? `of ${id}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version) };
    this.#objects.set(id, structuredClone({ ...object, metadata }));
  }

  read(object: ClusterObject): Promise<ClusterObject | undefined> {
    return Promise.resolve(this.find(object));
  }

  serves(): boolean {
    return true;
  }

  networkPolicy(): string | undefined {
    return this.isolated ? 'project' : undefined;
  }

  accepts(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async create(object: ClusterObject): Promise<void> {
    await this.#write('create', object);
    this.put(object);
  }

  async apply(object: ClusterObject): Promise<void> {
    await this.#write('apply', object);
    const before = this.find(object);
    const { generation = 0, resourceVersion = '' } = before?.metadata ?? {};
    const { resourceVersion: asked = resourceVersion } = object.metadata;
    if (asked !== resourceVersion) throw new AppError('conflict', 'It is another one by now.');
    const status = before?.status;
    const after = this.rewrites(object);
    this.put({ ...after, status, metadata: { ...after.metadata, generation: generation + 1 } });
  }

  async patch(object: ClusterObject, change: unknown): Promise<void> {
    await this.#write('patch', object);
    this.put(merged(this.find(object), change) as ClusterObject);
  }

  async remove(object: ClusterObject): Promise<void> {
    await this.#write('remove', object);
    this.#objects.delete(`${object.kind} ${object.metadata.name}`);
  }

  async patchStatus(rollout: ClusterObject, change: unknown): Promise<unknown> {
    await this.#write('status', rollout);
    const status = this.keeps(merged(this.find(rollout)?.status ?? {}, change) as Fields);
    this.put({ ...(this.find(rollout) ?? rollout), status });
    return status;
  }

  event(_rollout: ClusterObject, { reason }: { reason: string }): void {
    this.events.push(reason);
  }

  async #write(verb: Verb, { kind, metadata }: ClusterObject): Promise<void> {
    const write = `${verb} ${kind} ${metadata.name}`;
    // others have their turn, as they do while a request is on its way
    await Promise.resolve();
    const failure = this.refuse(write);
    if (failure) throw failure;
    this.writes.push(write);
  }

  /** Asks for this spec. */
  ask(spec: Partial<RolloutSpec> & Fields, name = 'shop'): void {
    const before = this.get('Rollout', name);
    const generation = (before?.metadata.generation ?? 0) + 1;
    const metadata = { name, namespace: 'project1', uid: `uid of ${name}`, generation };
    const image = { registry: 'docker.io', repository: 'library/nginx', tag: '1' };
    const status = before?.status;
    const rest = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', status };
    this.put({ ...rest, metadata, spec: { image, ...spec } });
  }

  /** What Kubernetes does: all instances of the Deployment run as it says. */
  run(name = 'shop'): void {
    const deployment = this.get('Deployment', name);
    if (!deployment) throw new Error(`no Deployment ${name}`);
    const { replicas = 1 } = deployment.spec as { replicas?: number };
    const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'];
    const status = Object.fromEntries(counts.map((count) => [count, replicas]));
    const { generation } = deployment.metadata;
    this.put({ ...deployment, status: { observedGeneration: generation, ...status } });
  }

  /** No instance of the Deployment gets ready in time. */
  miss(name = 'shop'): void {
    const deployment = this.get('Deployment', name);
    if (!deployment) throw new Error(`no Deployment ${name}`);
    const conditions = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' },
    ];
    const { generation } = deployment.metadata;
    this.put({
      ...deployment,
      status: { observedGeneration: generation, replicas: 1, conditions },
    });
  }

  status(name = 'shop'): RolloutStatus {
    return this.get('Rollout', name)?.status ?? {};
  }
}

/** A merge patch, applied. */
function merged(before: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result = { ...(before as Fields) };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}
