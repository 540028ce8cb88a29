import { childLabels } from '../labels.ts';
import { serviceName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutInterface } from '../schema/spec.ts';
import { ownedMetadata } from './metadata.ts';
import { servedPort } from './served-port.ts';
import type { Serving } from './served-port.ts';

/** One Service an interface: other apps find it as `<interface>-<name>-svc`. */
export function renderService(
  resource: RolloutResource,
  port: RolloutInterface,
  serving: Serving = {},
): Child {
  const targetPort = servedPort(resource, port, serving);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(resource, serviceName(resource.metadata.name, port.name)),
    spec: {
      type: 'ClusterIP',
      selector: childLabels(resource.metadata),
      ports: [{ name: port.name, port: port.port, targetPort, protocol: 'TCP' }],
    },
  };
}
