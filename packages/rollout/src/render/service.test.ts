import { expect, test } from 'vitest';
import type { Child, LiveDeployment } from '../resource.ts';
import { aRollout } from '../testing.ts';
import { renderDeployment } from './deployment.ts';
import { renderNetworkPolicy } from './network-policy.ts';
import type { Serving } from './served-port.ts';
import { renderService } from './service.ts';

test('an interface is found by its internal name', () => {
  const service = renderService(aRollout(), { name: 'http', port: 8080 });
  expect(service.metadata.name).toBe('http-shop-svc');
  expect(service.spec).toEqual({
    type: 'ClusterIP',
    selector: { 'one-click.dev/projectId': 'project1', 'one-click.dev/deploymentId': 'shop' },
    ports: [{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }],
  });
});

const rules = [{ host: 'a.example', path: '/' }];
const at = (port: number) =>
  aRollout({ interfaces: [{ name: 'http', port, ingress: { rules } }], networkPolicy: 'project' });
const [before, after] = [at(8080), at(9090)];

/** A Deployment made from `rollout`, of which so many instances exist, are the newest and serve. */
function liveOf(rollout: typeof after, [replicas, updatedReplicas, availableReplicas]: number[]) {
  const { metadata, spec } = renderDeployment(rollout);
  const counts = { replicas, updatedReplicas, availableReplicas };
  const status = { observedGeneration: 2, ...counts } as NonNullable<LiveDeployment['status']>;
  const { template } = spec as LiveDeployment['spec'];
  return { metadata: { ...metadata, generation: 2 }, spec: { template }, status };
}
const ports = [{ name: 'http', port: 8080, targetPort: 8080 }];
const services = [{ metadata: { name: 'http-shop-svc' }, spec: { ports } }];
const unseen = { ...liveOf(after, [1, 1, 1]), metadata: { generation: 3 } };

test.each<[string, Serving, number]>([
  ['is about to be made', { deployment: liveOf(before, [1, 1, 1]) }, 8080],
  ['has not been looked at', { deployment: unseen }, 8080],
  ['starts', { deployment: liveOf(after, [2, 1, 1]) }, 8080],
  ['serves beside the old one', { deployment: liveOf(after, [2, 1, 2]) }, 8080],
  ['is alone', { deployment: liveOf(after, [1, 1, 1]) }, 9090],
  ['follows the old one, which is gone', { deployment: liveOf(before, [1, 1, 0]) }, 9090],
  ['is the first one', {}, 9090],
])('a port that moves is asked once the new instance %s', (_what, serving, port) => {
  const live = { ...serving, services };
  const [http] = after.spec.interfaces!;
  expect(renderService(after, http!, live).spec).toMatchObject({
    ports: [{ name: 'http', port: 9090, targetPort: port }],
  });
  const { ingress } = (renderNetworkPolicy(after, live) as Child).spec as { ingress: unknown[] };
  const open = [...new Set([9090, port])].map((one) => ({ port: one, protocol: 'TCP' }));
  expect(ingress[1]).toEqual({ ports: open });
});
