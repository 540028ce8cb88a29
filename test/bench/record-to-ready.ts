import { cluster, loadTestImages, until } from '@davit/testkit';
import { world } from '../cluster/world.ts';
import { type BenchCase, median } from './bench-case.ts';
import { KubeClient } from './kube-client.ts';

const RUNS = 5;

export const recordToReady: BenchCase = {
  name: 'a rollout record to a ready pod',
  beside: 'a Deployment of the same image, from its POST to its first available replica',
  limit: 180,
  async run(signal) {
    await using node = await cluster();
    await loadTestImages(node);
    await using davit = await world({ cluster: node });
    await using client = new KubeClient(node, 1);
    const [records, deployments]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      signal.throwIfAborted();
      const app = await davit.app(`bench-${run}`);
      const begin = performance.now();
      await app.roll('1');
      await app.becomes('Running');
      records.push(performance.now() - begin);
      deployments.push(await deploy(client, app.project, signal));
    }
    return [
      {
        what: `POST of the record to phase Running (median of ${RUNS})`,
        unit: 'ms',
        davit: median(records),
        bare: median(deployments),
      },
    ];
  },
};

/** Milliseconds from the POST of a Deployment, in the app's own namespace, to a replica that serves. */
async function deploy(client: KubeClient, namespace: string, signal: AbortSignal): Promise<number> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const begin = performance.now();
  await client.create(path, bareDeployment);
  const available = async (): Promise<boolean> => {
    const { status } = await client.get<{ status: { availableReplicas?: number } }>(`${path}/bare`);
    return status.availableReplicas === 1;
  };
  await until(available, { signal });
  return performance.now() - begin;
}

const labels = { app: 'bare' };
const bareDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'bare' },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'davit.test/web:1',
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};
