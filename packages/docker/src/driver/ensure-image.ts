import type { Readable } from 'node:stream';
import { AppError } from '@davit/domain';
import type { RolloutIntent } from '@davit/domain';
import type { RolloutSpec } from '@davit/rollout';
import type { NewEvent } from './event-log.ts';
import { ndjson } from '../ndjson.ts';
import { imageName } from '../plan/container-plan.ts';
import type { DriverContext } from './context.ts';

/** One line of a pull's progress. */
interface Progress {
  status?: string;
  id?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

export interface ImageWanted {
  spec: RolloutSpec;
  pull?: RolloutIntent['pull'] | undefined;
  /** told in words how far a pull is */
  onProgress(message: string): void;
  /** told when a pull begins and when it is over */
  onEvent(event: NewEvent): void;
}

/** a pull that says nothing for so long is given up */
const SILENCE_MS = 120_000;

/**
 * Sees to it that the image is there: pulled where it is not, and `latest` each time, as Kubernetes does; one that is
 * there already will do where the registry cannot be reached. Throws `unavailable` with the reason ImagePullFailed.
 */
export async function ensureImage(
  context: DriverContext,
  wanted: ImageWanted,
  signal: AbortSignal,
): Promise<void> {
  const name = imageName(wanted.spec);
  const isThere = await has(context, name, signal);
  if (isThere && wanted.spec.image.tag !== 'latest') return checkUser(context, wanted, signal);
  try {
    await pull(context, { ...wanted, name }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isThere) throw pullFailed(name, error);
  }
  return checkUser(context, wanted, signal);
}

async function has({ docker }: DriverContext, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await docker.inspectImage(name, { signal });
    return true;
  } catch (error) {
    if (AppError.is(error, 'not_found')) return false;
    throw error;
  }
}

async function pull(
  { docker, clock }: DriverContext,
  wanted: ImageWanted & { name: string },
  signal: AbortSignal,
): Promise<void> {
  const { name, pull: credentials } = wanted;
  const auth = credentials && {
    username: credentials.username,
    password: credentials.password,
    serveraddress: credentials.registry,
  };
  const begin = clock.now();
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const giveUp = (): void => silence.abort(new AppError('timeout', 'The registry fell silent.'));
  let timer = setTimeout(giveUp, SILENCE_MS);
  try {
    const message = `Pulling image ${name}.`;
    wanted.onProgress(message);
    wanted.onEvent({ reason: 'Pulling', message });
    const stream = (await docker.pull(name, auth, { signal: either })) as Readable;
    const layers = new Map<string, { current: number; total: number }>();
    for await (const progress of ndjson<Progress>(stream)) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
      if (progress.error !== undefined) throw new AppError('unavailable', progress.error);
      const percent = percentOf(layers, progress);
      if (percent !== undefined) wanted.onProgress(`Pulling image ${name}: ${percent} %.`);
    }
    either.throwIfAborted();
    const seconds = ((clock.now() - begin) / 1000).toFixed(1);
    wanted.onEvent({ reason: 'Pulled', message: `Pulled image ${name} in ${seconds} s.` });
  } finally {
    clearTimeout(timer);
  }
}

function percentOf(
  layers: Map<string, { current: number; total: number }>,
  { id = '', status, progressDetail = {} }: Progress,
): number | undefined {
  const { current = 0, total = 0 } = progressDetail;
  if (status !== 'Downloading' || total === 0) return undefined;
  layers.set(id, { current, total });
  const sums = [...layers.values()].reduce(
    (sum, one) => ({ current: sum.current + one.current, total: sum.total + one.total }),
    { current: 0, total: 0 },
  );
  return Math.floor((sums.current * 100) / sums.total);
}

function pullFailed(name: string, cause: unknown): AppError {
  const why = AppError.is(cause) ? cause.message : String(cause);
  const message = `Cannot pull image ${name}: ${why}`.slice(0, 1000);
  return new AppError('unavailable', message, { reason: 'ImagePullFailed', cause });
}

/** What the kubelet does before it starts a container with `runAsNonRoot`. */
async function checkUser(
  { docker }: DriverContext,
  { spec }: ImageWanted,
  signal: AbortSignal,
): Promise<void> {
  const { runAsNonRoot, runAsUser } = spec.securityContext ?? {};
  if (runAsNonRoot !== true) return;
  const image = await docker.inspectImage(imageName(spec), { signal });
  const user = runAsUser === undefined ? image.Config.User.split(':')[0] : String(runAsUser);
  if (user !== '' && user !== '0' && user !== 'root') return;
  throw new AppError('invalid', 'runAsNonRoot is set, and the container would run as root.', {
    reason: 'CreateContainerConfigError',
  });
}
