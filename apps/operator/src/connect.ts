import { AppError } from '@davit/domain';
import { loadInClusterConfig, loadKubeconfig } from '@davit/kubernetes';
import type { ClusterConfig } from '@davit/kubernetes';
import type { OperatorConfig } from './config.ts';

/** The cluster that was asked for, else the one around this process. Throws `not_found` when there is none. */
export function connect(config: OperatorConfig): ClusterConfig {
  if (config.kubeconfig) return loadKubeconfig(config.kubeconfig);
  const found = loadInClusterConfig(config.inCluster);
  if (found) return found;
  throw new AppError('not_found', 'The service account of this pod cannot be read.');
}
