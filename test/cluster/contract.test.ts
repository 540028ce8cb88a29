import { request } from 'node:http';
import { createOperator } from '@davit/operator-app';
import type { DeploymentRef, Logger } from '@davit/domain';
import { createKubernetesDriver, KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import { faultProxy, until } from '@davit/testkit';
import type { Cluster } from '@davit/testkit';
import { rolloutDriverContract } from '@davit/testkit/contract';
import type { DriverWorld } from '@davit/testkit/contract';
import { noCluster, theCluster } from './provided.ts';
import { installCrd } from './install-crd.ts';

const logger: Logger = { log: () => undefined, with: () => logger };

/** The run's cluster, an operator on it, and drivers behind a proxy that can be cut. */
async function clusterWorld(): Promise<DriverWorld> {
  const opened = new AsyncDisposableStack();
  const cluster = await theCluster();
  const installationId = `contract-${process.pid}`;
  await installCrd(cluster);
  const proxy = opened.use(await faultProxy(cluster));
  const stop = new AbortController();
  const operator = createOperator({
    command: 'run',
    kubeconfig: { path: cluster.kubeconfig },
    inCluster: { host: undefined, port: undefined },
    namespaces: [],
    workers: 4,
    leaderElect: false,
    leaseName: 'davit-operator',
    logLevel: 'error',
  });
  const ended = operator.run(stop.signal);
  opened.defer(() => ended);
  opened.defer(() => stop.abort());
  await until(() => operator.ready, { what: 'the operator' });
  return {
    open() {
      const kube = new KubeHttp({ config: loadKubeconfig({ path: proxy.kubeconfig ?? '' }) });
      const driver = createKubernetesDriver({ kube, installationId, logger });
      const close = driver.close.bind(driver);
      driver.close = async () => {
        await close();
        await kube.close();
      };
      return Promise.resolve(driver);
    },
    ask: (ref, path = '/', init = { method: 'GET', body: '' }) =>
      askService(cluster, ref, { path, ...init }),
    cut() {
      proxy.refuse();
      proxy.reset();
    },
    mend: () => proxy.restore(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

interface Asking {
  path: string;
  method: string;
  body: string;
}

/** Through the Service, on a connection of its own. */
async function askService(
  cluster: Cluster,
  { projectId, deploymentId }: DeploymentRef,
  { path, method, body }: Asking,
): Promise<string | undefined> {
  const name = `http-${deploymentId}-svc`;
  const output = '-o=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
  const args = ['-n', projectId, 'get', 'service', name, '--ignore-not-found', output];
  const [host = '', port = ''] = (await cluster.kubectl(...args)).trim().split(':');
  if (port === '') return undefined;
  return new Promise((resolve) => {
    const asking = request({ host, port, path, method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 300 ? text.trim() : undefined);
      });
    });
    asking.on('error', () => resolve(undefined));
    asking.setTimeout(2_000, () => asking.destroy());
    asking.end(body);
  });
}

rolloutDriverContract('Kubernetes', { world: clusterWorld, skip: noCluster !== undefined });
