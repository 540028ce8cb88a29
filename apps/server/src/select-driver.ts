import { AppError } from '@davit/domain';
import type { Logger, RolloutDriver } from '@davit/domain';
import type { DriverConfig } from './config.ts';
import { createNoneDriver } from './none-driver.ts';

export interface DriverParts {
  installationId: string;
  logger: Logger;
}

export interface SelectedDriver {
  driver: RolloutDriver;
  /** Closes the driver and its connections. */
  close: () => Promise<void>;
}

/**
 * The engine that was asked for. `auto` is the cluster this process runs in, else none; a kubeconfig is used only
 * with `kubernetes`. Does not wait for the engine to answer. Errors: those of reading a kubeconfig.
 */
export async function selectDriver(
  config: DriverConfig,
  parts: DriverParts,
): Promise<SelectedDriver> {
  const isInCluster = config.inCluster.host !== undefined;
  if (config.name === 'kubernetes' || (config.name === 'auto' && isInCluster)) {
    return openKubernetes(config, parts);
  }
  const driver = createNoneDriver();
  return { driver, close: () => driver.close() };
}

/** Loaded only where it is used: without it the server starts faster and stays smaller. */
async function openKubernetes(config: DriverConfig, parts: DriverParts): Promise<SelectedDriver> {
  const { createKubernetesDriver, KubeHttp, loadInClusterConfig, loadKubeconfig } =
    await import('@davit/kubernetes');
  const { name, kubeconfig: path, context } = config;
  const cluster =
    name === 'kubernetes'
      ? loadKubeconfig({ path, ...(context !== undefined && { context }) })
      : loadInClusterConfig(config.inCluster);
  if (!cluster) {
    throw new AppError('unavailable', 'The service account of this pod cannot be read.');
  }
  const kube = new KubeHttp({ config: cluster });
  const driver = createKubernetesDriver({ kube, ...parts });
  return {
    driver,
    async close() {
      await driver.close();
      await kube.close();
    },
  };
}
