import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import type {
  ContainerCreateOptions,
  ContainerInfo,
  ContainerInspectInfo,
  ImageInspectInfo,
  NetworkCreateOptions,
  NetworkInspectInfo,
  VolumeInspectInfo,
} from 'dockerode';
import { AppError } from '@davit/domain';
import { fromDocker } from './error.ts';

export interface Call {
  signal: AbortSignal;
}

export interface LogQuery {
  follow?: boolean;
  tail?: number;
  /** seconds since the epoch, with nanoseconds behind the point */
  since?: string;
  until?: string;
}

/** Where a Docker listens, in the words of DOCKER_HOST: `unix:///path` or `tcp://host:port`. Throws `invalid`. */
export function parseDockerHost(
  host: string,
): { socketPath: string } | { host: string; port: number } {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  const [, name, port = '2375'] = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?\/?$/.exec(host) ?? [];
  if (name !== undefined) return { host: name, port: Number(port) };
  throw new AppError('invalid', `"${host}" is no Docker address: unix:///path or tcp://host:port.`);
}

/** The part of Docker's API the driver needs, with failures as AppErrors. */
export class DockerApi {
  readonly #docker: Docker;

  constructor(host: string) {
    const place = parseDockerHost(host);
    this.#docker = new Docker('host' in place ? { ...place, protocol: 'http' } : place);
  }

  ping({ signal }: Call): Promise<unknown> {
    const docker = this.#docker as unknown as { ping(options: object): Promise<unknown> };
    return wrap(signal, () => docker.ping({ abortSignal: signal }));
  }

  listContainers(labels: readonly string[], { signal }: Call): Promise<ContainerInfo[]> {
    const filters = { label: [...labels] };
    return wrap(signal, () =>
      this.#docker.listContainers({ all: true, filters, abortSignal: signal }),
    );
  }

  inspectContainer(id: string, { signal }: Call): Promise<ContainerInspectInfo> {
    return wrap(signal, () => this.#docker.getContainer(id).inspect({ abortSignal: signal }));
  }

  async createContainer(options: ContainerCreateOptions, { signal }: Call): Promise<string> {
    const made = await wrap(signal, () =>
      this.#docker.createContainer({ ...options, abortSignal: signal }),
    );
    return made.id;
  }

  async startContainer(id: string, { signal }: Call): Promise<void> {
    await ignoring(
      304,
      wrap(signal, () => this.#docker.getContainer(id).start({ abortSignal: signal })),
    );
  }

  async unpauseContainer(id: string, { signal }: Call): Promise<void> {
    await wrap(signal, () => this.#docker.getContainer(id).unpause({ abortSignal: signal }));
  }

  /** SIGTERM, then SIGKILL after `seconds`. */
  async stopContainer(id: string, seconds: number, { signal }: Call): Promise<void> {
    const stop = () => this.#docker.getContainer(id).stop({ t: seconds, abortSignal: signal });
    await ignoring(404, ignoring(304, wrap(signal, stop)));
  }

  async removeContainer(id: string, { signal }: Call): Promise<void> {
    // v: anonymous volumes of the image; named ones stay
    const remove = () =>
      this.#docker.getContainer(id).remove({ force: true, v: true, abortSignal: signal });
    await ignoring(409, ignoring(404, wrap(signal, remove)));
  }

  /** Raw bytes, multiplexed; see `demux`. */
  logs(id: string, query: LogQuery, { signal }: Call): Promise<Readable> {
    const options = { follow: false, stdout: true, stderr: true, timestamps: true, ...query };
    // not through dockerode's own method: it holds a log that is not followed in memory as a whole
    return wrap(signal, () => this.#stream(`/containers/${id}/logs?`, { options, signal }));
  }

  /** NDJSON: what a container uses, about every second until the signal. */
  stats(id: string, { signal }: Call): Promise<Readable> {
    const options = { stream: true };
    return wrap(signal, () => this.#stream(`/containers/${id}/stats?`, { options, signal }));
  }

  inspectImage(name: string, { signal }: Call): Promise<ImageInspectInfo> {
    return wrap(signal, () =>
      this.#docker.getImage(name).inspect({ abortSignal: signal } as object),
    );
  }

  /** NDJSON of the pull's progress; the pull is over when it ends. */
  pull(
    name: string,
    auth: { username: string; password: string; serveraddress: string } | undefined,
    { signal }: Call,
  ): Promise<NodeJS.ReadableStream> {
    const options = { ...(auth && { authconfig: auth }), abortSignal: signal };
    return wrap(signal, () => this.#docker.pull(name, options));
  }

  listNetworks({ signal }: Call): Promise<NetworkInspectInfo[]> {
    return wrap(signal, () => this.#docker.listNetworks({ abortSignal: signal }));
  }

  async createNetwork(options: NetworkCreateOptions, { signal }: Call): Promise<void> {
    await wrap(signal, () => this.#docker.createNetwork({ ...options, abortSignal: signal }));
  }

  async removeNetwork(id: string, { signal }: Call): Promise<void> {
    await ignoring(
      404,
      wrap(signal, () => this.#docker.getNetwork(id).remove({ abortSignal: signal })),
    );
  }

  async listVolumes(labels: readonly string[], { signal }: Call): Promise<VolumeInspectInfo[]> {
    const filters = { label: [...labels] };
    const { Volumes } = await wrap(signal, () =>
      this.#docker.listVolumes({ filters, abortSignal: signal }),
    );
    return Volumes ?? [];
  }

  inspectVolume(name: string, { signal }: Call): Promise<VolumeInspectInfo> {
    return wrap(signal, () => this.#docker.getVolume(name).inspect({ abortSignal: signal }));
  }

  async createVolume(
    options: { Name: string; Labels: Record<string, string> },
    { signal }: Call,
  ): Promise<void> {
    await wrap(signal, () => this.#docker.createVolume({ ...options, abortSignal: signal }));
  }

  async removeVolume(name: string, { signal }: Call): Promise<void> {
    await ignoring(
      404,
      wrap(signal, () => this.#docker.getVolume(name).remove({ abortSignal: signal })),
    );
  }

  #stream(
    path: string,
    { options, signal }: { options: object; signal: AbortSignal },
  ): Promise<Readable> {
    const { promise, resolve, reject } = Promise.withResolvers<Readable>();
    const statusCodes = {
      200: true,
      404: 'no such container',
      409: 'conflict',
      500: 'server error',
    };
    const call = { path, method: 'GET', isStream: true, statusCodes, options, abortSignal: signal };
    const modem = this.#docker.modem as { dial(call: object, done: DialDone): void };
    modem.dial(call, (error, stream) => {
      if (error) reject(error);
      else resolve(stream as Readable);
    });
    return promise;
  }

  /** NDJSON; without a filter by label, which would keep out networks and volumes that carry it. */
  events({ signal }: Call): Promise<NodeJS.ReadableStream> {
    const filters: { type: ('container' | 'network')[] } = { type: ['container', 'network'] };
    return wrap(signal, () => this.#docker.getEvents({ filters, abortSignal: signal }));
  }
}

type DialDone = (error: unknown, stream: unknown) => void;

async function wrap<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await call();
  } catch (error) {
    throw fromDocker(error, signal);
  }
}

/** Docker's way of saying that there is nothing to do. */
async function ignoring(status: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const cause = (error as { cause?: { statusCode?: number } }).cause;
    if (cause?.statusCode !== status) throw error;
  }
}
