import { randomBytes } from 'node:crypto';
import { AppError } from '@davit/domain';
import { DOCKER_LABELS, ownerLabels } from '../labels.ts';
import { renderContainer } from '../plan/container-plan.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { ensureImage } from './ensure-image.ts';
import type { Pass } from './pass.ts';
import type { ProjectNetwork, ProjectNetworks } from './project-network.ts';
import { ensureVolumes } from './volumes.ts';

export interface BringUpParts {
  context: DriverContext;
  networks: ProjectNetworks;
  onPulling: (message: string) => void;
}

/** All that has to be there before an instance can be made. */
export async function prepare(
  pass: Pass,
  { context, networks, onPulling }: BringUpParts,
  signal: AbortSignal,
): Promise<ProjectNetwork> {
  const { state, opened } = pass;
  await ensureImage(
    context,
    {
      spec: state.spec,
      pull: opened.pull,
      onProgress: onPulling,
      onEvent: (event) => context.log.add(state, event),
    },
    signal,
  );
  const project = { id: state.projectId, name: state.project.name };
  const network = await networks.ensure(project, signal);
  await ensureVolumes(context, state, signal);
  return network;
}

/** Makes and starts the instances that are missing; answers whether there was anything to do. */
export async function bringUp(
  pass: Pass,
  parts: BringUpParts,
  signal: AbortSignal,
): Promise<boolean> {
  const missing = pass.desired - pass.fresh.length;
  const asleep = pass.fresh.filter(isAsleep);
  if (missing > 0) {
    const network = await prepare(pass, parts, signal);
    for (let count = 0; count < missing; count++) await create(pass, { ...parts, network }, signal);
  }
  await startAll(asleep, parts.context, signal);
  return missing > 0 || asleep.length > 0;
}

/** Not running, and Docker will not start it by itself. */
export const isAsleep = ({ status }: Container): boolean =>
  status === 'created' || status === 'exited' || status === 'paused' || status === 'dead';

export async function startAll(
  containers: readonly Container[],
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  for (const one of containers) {
    if (one.status === 'paused') await context.docker.unpauseContainer(one.id, { signal });
    else await start(one, context, signal);
  }
}

async function create(
  pass: Pass,
  { context, networks, network }: BringUpParts & { network: ProjectNetwork },
  signal: AbortSignal,
): Promise<void> {
  const { state, source, hash } = pass;
  const { docker, installationId, log } = context;
  const address = await networks.reserve(state.projectId, network.subnet, signal);
  const name = `${state.deploymentId}-${hash.slice(0, 6)}-${randomBytes(3).toString('hex')}`;
  const labels = {
    ...ownerLabels(installationId, state),
    [DOCKER_LABELS.rolloutId]: state.rolloutId,
    [DOCKER_LABELS.specHash]: hash,
    [DOCKER_LABELS.address]: address,
  };
  let id: string;
  try {
    const options = renderContainer(source, { name, network: network.name, address, labels });
    id = await docker.createContainer(options, { signal });
  } catch (error) {
    throw refused(error, 'CreateContainerError');
  } finally {
    networks.release(address);
  }
  const object = { kind: 'Container', name };
  log.add(state, { reason: 'Created', message: `Created container ${name}.`, object });
  const { projectId, deploymentId } = state;
  await start({ id, name, projectId, deploymentId }, context, signal);
}

async function start(
  one: Pick<Container, 'id' | 'name' | 'projectId' | 'deploymentId'>,
  { docker, log }: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  try {
    await docker.startContainer(one.id, { signal });
  } catch (error) {
    throw refused(error, 'RunContainerError');
  }
  const object = { kind: 'Container', name: one.name };
  log.add(one, { reason: 'Started', message: `Started container ${one.name}.`, object });
}

/** dockerd answers 400, 404, 409 and 500 to containers it cannot make: only its words say why. */
function refused(error: unknown, reason: string): unknown {
  const answered = AppError.is(error) && isAnswer(error);
  if (!answered || error.reason !== undefined) return error;
  return new AppError('unavailable', error.message.slice(0, 1000), { reason, cause: error });
}

const isAnswer = ({ cause }: AppError): boolean =>
  typeof (cause as { statusCode?: unknown } | undefined)?.statusCode === 'number';
