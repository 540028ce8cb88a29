import { serviceAccountName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import { ownerReferenceOf } from './metadata.ts';

/**
 * Create it where it is missing; never change one that exists. A named account may serve several Rollouts (and does,
 * in every shipped blueprint), so it belongs to none of them: removing one must not take it from the others.
 */
export function renderServiceAccount(resource: RolloutResource): Child {
  const { name, namespace } = resource.metadata;
  const given = resource.spec.serviceAccountName ?? '';
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata:
      given === ''
        ? {
            name: serviceAccountName(name),
            namespace,
            ownerReferences: [ownerReferenceOf(resource)],
          }
        : { name: given, namespace },
  };
}
