import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import type { ContainerInspectInfo } from 'dockerode';
import { DOCKER_LABELS, ownerLabels } from '../labels.ts';
import type { DriverContext } from './context.ts';

/** One container of ours, as Docker has it. */
export interface Container extends DeploymentRef {
  id: string;
  name: string;
  hash: string;
  address: string;
  image: string;
  created: number;
  status: string;
  /** '' before the first start */
  startedAt: string;
  exitCode: number;
  oomKilled: boolean;
  restarts: number;
  /** why it could not be started */
  error: string;
  /** it still has the network and address it was made with */
  intact: boolean;
}

export const labelFilters = (labels: Record<string, string>): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);

/** The containers of a deployment, oldest first. */
export async function listContainers(
  context: DriverContext,
  ref: DeploymentRef,
  signal: AbortSignal,
): Promise<Container[]> {
  const labels = labelFilters(ownerLabels(context.installationId, ref));
  const listed = await context.docker.listContainers(labels, { signal });
  const found = await Promise.all(listed.map(({ Id }) => inspect(context, Id, signal)));
  return found
    .filter((one) => one !== undefined)
    .sort((a, b) => a.created - b.created || (a.name < b.name ? -1 : 1));
}

async function inspect(
  { docker }: DriverContext,
  id: string,
  signal: AbortSignal,
): Promise<Container | undefined> {
  try {
    return containerOf(await docker.inspectContainer(id, { signal }));
  } catch (error) {
    if (AppError.is(error, 'not_found')) return undefined;
    throw error;
  }
}

const NEVER = '0001-01-01T00:00:00Z';

function containerOf(info: ContainerInspectInfo): Container {
  const { State: state, Config: config } = info;
  const labels = config.Labels ?? {};
  const address = labels[DOCKER_LABELS.address] ?? '';
  const networks = Object.values(info.NetworkSettings.Networks ?? {});
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    projectId: labels[DOCKER_LABELS.projectId] ?? '',
    deploymentId: labels[DOCKER_LABELS.deploymentId] ?? '',
    hash: labels[DOCKER_LABELS.specHash] ?? '',
    address,
    image: config.Image,
    created: Date.parse(info.Created),
    status: state.Status,
    startedAt: state.StartedAt === NEVER ? '' : state.StartedAt,
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    restarts: info.RestartCount ?? 0,
    error: state.Error,
    intact: networks.some(
      (one) => (one.IPAMConfig as { IPv4Address?: string } | null)?.IPv4Address === address,
    ),
  };
}

export const isRunning = ({ status }: Container): boolean => status === 'running';
