import { serviceName } from '../names.ts';
import { ANNOTATIONS } from '../labels.ts';
import type { LiveDeployment, LiveService, RolloutResource } from '../resource.ts';
import type { RolloutInterface } from '../schema/spec.ts';
import { podHash } from './pod-hash.ts';

export interface Serving {
  /** the Deployment that exists */
  deployment?: LiveDeployment;
  /** the Services that exist */
  services?: readonly LiveService[];
}

/**
 * The port of the pods that an interface leads to. One that moves does so once its last instance of before is gone:
 * those listen on the old one, and serve for as long as no new one does.
 */
export function servedPort(
  resource: RolloutResource,
  { name, port }: RolloutInterface,
  { deployment, services = [] }: Serving,
): number {
  const service = serviceName(resource.metadata.name, name);
  const live = services.find(({ metadata }) => metadata.name === service);
  const before = live?.spec?.ports?.find((one) => one.name === name)?.targetPort;
  if (typeof before !== 'number' || before === port || deployment === undefined) return port;
  return isServedByOthers(deployment, podHash(resource)) ? before : port;
}

/** Do instances serve that were made from another spec? */
function isServedByOthers({ metadata, status = {} }: LiveDeployment, hash: string): boolean {
  const { availableReplicas = 0, updatedReplicas = 0, replicas = 0 } = status;
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const isNewest = isSeen && metadata.annotations?.[ANNOTATIONS.specHash] === hash;
  return availableReplicas > 0 && !(isNewest && updatedReplicas === replicas);
}
