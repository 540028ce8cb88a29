import { childLabels } from '../labels.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutInterface } from '../schema/spec.ts';
import { ownedMetadata } from './metadata.ts';
import { servedPort } from './served-port.ts';
import type { Serving } from './served-port.ts';

/** Its own namespace reaches the app, and everybody what is open to the outside. Nothing limits where it connects to. */
export function renderNetworkPolicy(
  resource: RolloutResource,
  serving: Serving = {},
): Child | undefined {
  const { networkPolicy, interfaces = [] } = resource.spec;
  if (networkPolicy !== 'project') return undefined;
  const ports = interfaces
    .filter(isPublic)
    .flatMap((one) => [one.port, servedPort(resource, one, serving)]);
  const open = [...new Set(ports)].map((port) => ({ port, protocol: 'TCP' }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(resource, resource.metadata.name),
    spec: {
      podSelector: { matchLabels: childLabels(resource.metadata) },
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector: {} }] },
        // which pods a proxy of the cluster has, a Rollout cannot know
        ...(open.length === 0 ? [] : [{ ports: open }]),
      ],
    },
  };
}

function isPublic({ ingress, httpRoute }: RolloutInterface): boolean {
  return (ingress?.rules ?? []).length > 0 || (httpRoute?.gateways ?? []).length > 0;
}
