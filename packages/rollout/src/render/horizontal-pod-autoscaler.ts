import { childLabels } from '../labels.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { ownerReferenceOf } from './metadata.ts';

/** Average CPU use, in percent of the request, that an autoscaler aims at unless told otherwise. */
const TARGET_PERCENT = 80;

/** Does the load decide how many instances run? Not where the number is given, or nothing is to run. */
export function isAutoscaled(spec: RolloutSpec): boolean {
  const { horizontalScale: scale, replicas, suspend, mode } = spec;
  if (scale === undefined || replicas !== undefined || suspend === true || mode === 'job') {
    return false;
  }
  return scale.maxReplicas > scale.minReplicas && scale.minReplicas > 0;
}

/** Up at once, at most doubled every 15 s; down after five minutes of less load, at most halved every minute. */
export function renderHorizontalPodAutoscaler(resource: RolloutResource): Child | undefined {
  const { horizontalScale: scale } = resource.spec;
  if (scale === undefined || !isAutoscaled(resource.spec)) return undefined;
  const { name, namespace } = resource.metadata;
  const averageUtilization = scale.targetCPUUtilizationPercentage ?? TARGET_PERCENT;
  const policies = (periodSeconds: number): object[] => [
    { type: 'Percent', value: 100, periodSeconds },
  ];
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name,
      namespace,
      labels: childLabels(resource.metadata),
      ownerReferences: [ownerReferenceOf(resource)],
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: scale.minReplicas,
      maxReplicas: scale.maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
        },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: policies(15) },
        scaleDown: { stabilizationWindowSeconds: 300, policies: policies(60) },
      },
    },
  };
}
