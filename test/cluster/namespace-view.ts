import { KubeHttp, loadKubeconfig, RESOURCES, resourcePath } from '@davit/kubernetes';
import type { KnownKind, KubeList } from '@davit/kubernetes';

/** As kubectl calls them. */
const KINDS = {
  configmap: 'ConfigMap',
  cronjob: 'CronJob',
  deployment: 'Deployment',
  hpa: 'HorizontalPodAutoscaler',
  httproute: 'HTTPRoute',
  ingress: 'Ingress',
  job: 'Job',
  pod: 'Pod',
  pvc: 'PersistentVolumeClaim',
  rollout: 'Rollout',
  sa: 'ServiceAccount',
  secret: 'Secret',
  service: 'Service',
} as const satisfies Record<string, KnownKind>;

export type KindName = keyof typeof KINDS;

/** What a namespace holds: for tests that look many times, a kubectl each would be most of their work. */
export class NamespaceView {
  readonly #http: KubeHttp;
  readonly #namespace: string;

  constructor({ kubeconfig }: { kubeconfig: string }, namespace: string) {
    this.#http = new KubeHttp({ config: loadKubeconfig({ path: kubeconfig }) });
    this.#namespace = namespace;
  }

  get<T>(kind: KindName, name: string): Promise<T> {
    const path = resourcePath(RESOURCES[KINDS[kind]], { namespace: this.#namespace, name });
    return this.#http.get<T>(path);
  }

  /** All of these kinds, one kind after another. */
  async list<T extends object>(...kinds: KindName[]): Promise<(T & { kind: KnownKind })[]> {
    const lists = kinds.map(async (name) => {
      const kind = KINDS[name];
      const path = resourcePath(RESOURCES[kind], { namespace: this.#namespace });
      const { items = [] } = await this.#http.get<KubeList<T>>(path);
      return items.map((item) => ({ ...item, kind }));
    });
    return (await Promise.all(lists)).flat();
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
