import { childLabels } from '../labels.ts';
import type { Child, RolloutResource } from '../resource.ts';
import { amount } from './amount.ts';
import { ownedMetadata } from './metadata.ts';

/** What draining a node leaves running; undefined where nothing was asked for. */
export function renderPodDisruptionBudget(resource: RolloutResource): Child | undefined {
  const { disruptionBudget, mode } = resource.spec;
  if (disruptionBudget === undefined || mode === 'job') return undefined;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ownedMetadata(resource, resource.metadata.name),
    spec: {
      ...Object.fromEntries(Object.entries(disruptionBudget).map(([key, of]) => [key, amount(of)])),
      selector: { matchLabels: childLabels(resource.metadata) },
    },
  };
}
