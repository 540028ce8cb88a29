import { AppError } from '@davit/domain';
import type { Logger, RolloutDriver } from '@davit/domain';
import type { DriverConfig } from './config.ts';
import { createNoneDriver } from './none-driver.ts';

export interface DriverParts {
  installationId: string;
  logger: Logger;
}

/**
 * The engine that was asked for. `auto` is the cluster this process runs in, else none; a kubeconfig is used only
 * with `kubernetes`. Errors: `unavailable` and those of reading a kubeconfig.
 */
export function selectDriver(config: DriverConfig, _parts: DriverParts): RolloutDriver {
  if (config.name === 'none') return createNoneDriver();
  if (config.name === 'auto' && config.inCluster.host === undefined) return createNoneDriver();
  throw new AppError('unsupported', 'The Kubernetes driver is not in this build.');
}
