import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { Logger, RolloutDriver, SecretBox } from '@davit/domain';
import type { Address } from './command-line/values.ts';
import type { DriverConfig } from './config.ts';
import type { CertificateDesk } from './tls/open-certificates.ts';
import { DEFAULT_EDGE } from './edge/edge-place.ts';
import { createNoneDriver } from './none-driver.ts';

export interface DriverParts {
  installationId: string;
  logger: Logger;
  /** the data directory: the Docker driver keeps its intents there */
  dir: string;
  /** keeps the secrets among them */
  box: SecretBox;
  /** absent: apps are served over plain HTTP alone */
  certificates: CertificateDesk | undefined;
}

export interface SelectedDriver {
  driver: RolloutDriver;
  /** Closes the driver and its connections. */
  close: () => Promise<void>;
}

/**
 * The engine that was asked for. `auto` is the cluster this process runs in, else a Docker that answers, else none; a
 * kubeconfig is used only with `kubernetes`. One that was asked for need not answer yet. Errors: those of reading a
 * kubeconfig or the Docker driver's state.
 */
export async function selectDriver(
  config: DriverConfig,
  parts: DriverParts,
): Promise<SelectedDriver> {
  switch (await chooseEngine(config)) {
    case 'kubernetes':
      return openKubernetes(config, parts);
    case 'docker':
      return openDocker(config, parts);
    case 'none': {
      const driver = createNoneDriver();
      return { driver, close: () => driver.close() };
    }
  }
}

/** Which one it would be, without opening it. */
export async function chooseEngine(config: DriverConfig): Promise<RolloutDriver['name']> {
  if (config.name !== 'auto') return config.name;
  if (config.inCluster.host !== undefined) return 'kubernetes';
  return (await dockerAnswers(config)) ? 'docker' : 'none';
}

/** Loaded only where it is used: without it the server starts faster and stays smaller. */
export async function openKubernetes(
  config: DriverConfig,
  parts: Pick<DriverParts, 'installationId' | 'logger'>,
): Promise<SelectedDriver> {
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
  const { installationId, logger } = parts;
  const driver = createKubernetesDriver({ kube, installationId, logger });
  return {
    driver,
    async close() {
      await driver.close();
      await kube.close();
    },
  };
}

const PING_MS = 1_000;

/** Without a socket nothing is loaded to find out. */
async function dockerAnswers({ dockerHost }: DriverConfig): Promise<boolean> {
  const socket = /^unix:\/\/(.*)$/.exec(dockerHost)?.[1];
  if (socket !== undefined && !existsSync(socket)) return false;
  const { DockerApi } = await import('@davit/docker');
  try {
    await new DockerApi(dockerHost).ping({ signal: AbortSignal.timeout(PING_MS) });
    return true;
  } catch {
    return false;
  }
}

async function openDocker(config: DriverConfig, parts: DriverParts): Promise<SelectedDriver> {
  const { createDockerDriver } = await import('@davit/docker');
  const { probe } = await import('@davit/edge');
  const { keptEdge } = await import('./edge/kept-edge.ts');
  const { installationId, logger, dir, box } = parts;
  const { dockerHost: host, edgeHttp, edgeHttps, edgeAcme } = config;
  const certificates = edgeHttps && parts.certificates?.certificates({ issue: edgeAcme });
  const driver = await createDockerDriver({
    host,
    installationId,
    logger,
    box,
    probe,
    stateFile: join(dir, 'docker', 'state.json'),
    edge: keptEdge({ dir, http: edgeHttp, https: edgeHttps, logger }),
    urlPort: urlPort(edgeHttp ?? DEFAULT_EDGE, 80),
    ...(certificates && { https: { certificates, urlPort: urlPort(edgeHttps, 443) } }),
  });
  return {
    driver,
    async close() {
      await certificates?.close();
      await driver.close();
    },
  };
}

const urlPort = ({ port }: Address, usual: number): string => (port === usual ? '' : `:${port}`);
