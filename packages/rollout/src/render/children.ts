import type { Child, LiveDeployment, RolloutResource } from '../resource.ts';
import { renderDeployment } from './deployment.ts';
import { renderPersistentVolumeClaim } from './persistent-volume-claim.ts';
import { renderPullSecret } from './pull-secret.ts';
import { renderSecret } from './secret.ts';
import { renderServiceAccount } from './service-account.ts';
import { renderService } from './service.ts';

export interface RenderContext {
  /** the Deployment that exists */
  deployment?: LiveDeployment;
}

/**
 * Everything a Rollout consists of, in the order it is applied: what pods refer to comes before the Deployment.
 * ServiceAccounts are only created, claims are created and grown; the others are applied as they are.
 */
export function renderChildren(resource: RolloutResource, context: RenderContext = {}): Child[] {
  const { volumes = [], interfaces = [] } = resource.spec;
  return [
    renderServiceAccount(resource),
    ...volumes.map((volume) => renderPersistentVolumeClaim(resource, volume)),
    renderSecret(resource),
    renderPullSecret(resource),
    renderDeployment(resource, context.deployment),
    ...interfaces.map((port) => renderService(resource, port)),
  ].filter((child) => child !== undefined);
}
