import { expect, test } from 'vitest';
import type { RolloutSpec } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { renderHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { renderPodDisruptionBudget } from './pod-disruption-budget.ts';

const horizontalScale = { minReplicas: 2, maxReplicas: 5 };

test('between two bounds the load decides, as it always did', () => {
  const child = renderHorizontalPodAutoscaler(aRollout({ horizontalScale }));
  expect(child).toMatchObject({
    metadata: { name: 'shop' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'shop' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }],
        },
      },
    },
  });
});

test.each<Partial<RolloutSpec>>([
  {},
  { horizontalScale: { minReplicas: 3, maxReplicas: 3 } },
  { horizontalScale, replicas: 4 },
  { horizontalScale, suspend: true },
  { horizontalScale, mode: 'job' },
])('there is no autoscaler with %j', (spec) => {
  expect(renderHorizontalPodAutoscaler(aRollout(spec))).toBeUndefined();
});

test('a budget that is a number in quotes is a number', () => {
  const child = renderPodDisruptionBudget(aRollout({ disruptionBudget: { maxUnavailable: '1' } }));
  expect(child?.spec).toMatchObject({ maxUnavailable: 1 });
});

test('a disruption budget guards the pods of the app', () => {
  expect(renderPodDisruptionBudget(aRollout())).toBeUndefined();
  const child = renderPodDisruptionBudget(aRollout({ disruptionBudget: { minAvailable: '50%' } }));
  expect(child?.spec).toEqual({
    minAvailable: '50%',
    selector: {
      matchLabels: {
        'one-click.dev/projectId': 'project1',
        'one-click.dev/deploymentId': 'shop',
      },
    },
  });
});
