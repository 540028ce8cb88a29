import type { DeploymentRef, RolloutDriver, RolloutIntent } from '@davit/domain';
import { createKubernetesDriver, KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import type { RequestDone } from '@davit/kubernetes';
import type { RolloutResource } from '@davit/rollout';
import { answerProxy, controlPlane } from '@davit/testkit';
import type { AnswerProxy, ControlPlane } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { installCrd } from './install-crd.ts';

/** A driver, a project of its own for every test, and an API server that both are on. */
export interface DriverWorld {
  readonly plane: ControlPlane;
  /** between driver and API server */
  readonly proxy: AnswerProxy;
  /** past the proxy: the test's own view */
  readonly direct: KubeHttp;
  readonly driver: RolloutDriver;
  readonly projectId: string;
  readonly ref: DeploymentRef;
  /** path of the Rollout */
  readonly path: string;
  /** what the driver asked since the last `forget` */
  readonly requests: readonly RequestDone[];
  forget(): void;
  anIntent(change?: Partial<RolloutIntent>): RolloutIntent;
  /** the Rollout as it is */
  live(): Promise<RolloutResource>;
}

interface PerTest {
  projectId: string;
  kube: KubeHttp;
  driver: RolloutDriver;
}

const logger = { log: () => undefined, with: () => logger };

/** Opens one for the tests of this `describe`, and closes it after them. */
export function useDriver(): DriverWorld {
  let plane: ControlPlane;
  let proxy: AnswerProxy;
  let direct: KubeHttp;
  let now: PerTest;
  let requests: RequestDone[] = [];
  let count = 0;
  beforeAll(async () => {
    plane = await controlPlane();
    proxy = await answerProxy(plane);
    direct = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
    await installCrd(plane);
  });
  afterAll(async () => {
    await direct?.close();
    await proxy?.[Symbol.asyncDispose]();
    await plane?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    requests = [];
    const config = loadKubeconfig({ path: proxy.kubeconfig! });
    const kube = new KubeHttp({ config, onRequest: (done) => requests.push(done) });
    const driver = createKubernetesDriver({ kube, installationId: 'install1', logger });
    now = { projectId: `project${(count += 1)}`, kube, driver };
  });
  afterEach(async () => {
    await now.driver.close();
    await now.kube.close();
    proxy.clear();
  });
  return {
    get plane() {
      return plane;
    },
    get proxy() {
      return proxy;
    },
    get direct() {
      return direct;
    },
    get driver() {
      return now.driver;
    },
    get projectId() {
      return now.projectId;
    },
    get ref() {
      return { projectId: now.projectId, deploymentId: 'shop' };
    },
    get path() {
      return `/apis/one-click.dev/v1alpha1/namespaces/${now.projectId}/rollouts/shop`;
    },
    get requests() {
      return requests;
    },
    forget: () => requests.splice(0),
    anIntent(change = {}) {
      return {
        ...this.ref,
        rolloutId: 'rollout1',
        spec: { image: { registry: 'docker.io', repository: 'library/nginx', tag: '1' } },
        secrets: {},
        project: { name: 'My Shöp', userId: 'user1', username: 'ada@example.com' },
        ...change,
      };
    },
    live() {
      return direct.get<RolloutResource>(this.path);
    },
  };
}
