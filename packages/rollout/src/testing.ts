import type { ObservedContainerStatus, ObservedDeployment, ObservedPod } from './observed.ts';
import type { RolloutResource } from './resource.ts';
import type { RolloutSpec } from './schema/spec.ts';

/** Builders for this package's tests. */
export function aRollout(spec: Partial<RolloutSpec> = {}): RolloutResource {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'shop',
      namespace: 'project1',
      uid: 'uid-1',
      generation: 2,
      labels: { 'one-click.dev/rolloutId': 'rollout1' },
    },
    spec: {
      image: { registry: 'docker.io', repository: 'library/nginx', tag: '1.27' },
      ...spec,
    },
  };
}

export function aDeployment(
  status: ObservedDeployment['status'] = {},
  replicas = 1,
): ObservedDeployment {
  return {
    metadata: { name: 'shop', generation: 3, annotations: { 'davit.dev/renderer-version': '1' } },
    spec: { replicas },
    status: { observedGeneration: 3, ...status },
  };
}

export const ready = (replicas: number): ObservedDeployment['status'] => ({
  replicas,
  updatedReplicas: replicas,
  readyReplicas: replicas,
  availableReplicas: replicas,
});

export function aPod(
  name: string,
  container: Partial<ObservedContainerStatus> = {},
  more: Partial<ObservedPod['status']> = {},
): ObservedPod {
  return {
    metadata: { name },
    spec: { containers: [{ name: 'shop', image: 'docker.io/library/nginx:1.27' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'shop',
          ready: true,
          restartCount: 0,
          image: 'docker.io/library/nginx:1.27',
          ...container,
        },
      ],
      ...more,
    },
  };
}

export function aWaitingPod(reason: string, message = ''): ObservedPod {
  const state = { waiting: { reason, message } };
  return aPod('shop-1', { ready: false, state }, { phase: 'Pending' });
}
