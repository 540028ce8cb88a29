import { routeName, serviceName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutInterface } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { ownedMetadata } from './metadata.ts';

/** The interface's route through a Gateway, where it asks for one. */
export function renderHttpRoute(
  resource: RolloutResource,
  port: RolloutInterface,
): Child | undefined {
  const { httpRoute } = port;
  if (httpRoute === undefined || httpRoute.gateways.length === 0) return undefined;
  const { name } = resource.metadata;
  const { gateways, hostnames = [], paths = ['/'] } = httpRoute;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: ownedMetadata(resource, routeName(name, port.name)),
    spec: compact({
      parentRefs: gateways.map((gateway) => compact({ ...gateway })),
      hostnames: hostnames.filter((host) => host !== ''),
      rules: [
        {
          matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
          backendRefs: [{ name: serviceName(name, port.name), port: port.port }],
        },
      ],
    }),
  };
}
