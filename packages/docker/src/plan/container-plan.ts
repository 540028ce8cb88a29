import type { DeploymentRef } from '@davit/domain';
import { claimName, hashOf, serviceName } from '@davit/rollout';
import type { RolloutSpec } from '@davit/rollout';
import type { ContainerCreateOptions } from 'dockerode';
import { nanoCpus, wholeBytes } from './amounts.ts';

/** All that decides what a container is. */
export interface PlanSource extends DeploymentRef {
  spec: RolloutSpec;
  secrets: Record<string, string>;
  restartedAt?: string | undefined;
  /** makes the hash useless for guessing secrets */
  salt: string;
}

const MB = 1024 * 1024;

export function imageName({ image }: RolloutSpec): string {
  const { registry, repository, tag } = image;
  const [, digest] = tag.split('@');
  // Docker forgets the tag of an image that was pulled by digest
  return `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** Equal for containers that can stand in for each other; the number of instances and the routes are not part of it. */
export function planHash(source: PlanSource): string {
  const { spec } = source;
  return hashOf({
    salt: source.salt,
    ref: [source.projectId, source.deploymentId],
    image: imageName(spec),
    command: spec.command,
    args: spec.args,
    env: spec.env,
    secrets: source.secrets,
    resources: spec.resources,
    securityContext: spec.securityContext,
    volumes: spec.volumes?.map(({ name, mountPath }) => [name, mountPath]),
    interfaces: spec.interfaces?.map(({ name, port }) => [name, port]),
    hostAliases: spec.hostAliases,
    restartedAt: source.restartedAt,
  });
}

export interface Placement {
  name: string;
  network: string;
  address: string;
  labels: Record<string, string>;
}

/** What dockerd is asked to create. */
export function renderContainer(source: PlanSource, at: Placement): ContainerCreateOptions {
  const { spec } = source;
  return {
    name: at.name,
    Image: imageName(spec),
    Labels: at.labels,
    Env: variables(source),
    ...(spec.command === undefined ? {} : { Entrypoint: spec.command }),
    ...(spec.args === undefined ? {} : { Cmd: spec.args }),
    ...(user(spec) === undefined ? {} : { User: user(spec) }),
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      Mounts: (spec.volumes ?? []).map(({ name, mountPath }) => ({
        Type: 'volume',
        Source: claimName(source.deploymentId, name),
        Target: mountPath,
      })),
      ExtraHosts: (spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) =>
        hostnames.map((host) => `${host}:${ip}`),
      ),
      NetworkMode: at.network,
      ...limits(spec),
      ...security(spec),
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [at.network]: {
          IPAMConfig: { IPv4Address: at.address },
          Aliases: (spec.interfaces ?? []).map(({ name }) =>
            serviceName(source.deploymentId, name),
          ),
        },
      },
    },
  };
}

/** Secrets win over variables of the same name. */
function variables({ spec, secrets }: PlanSource): string[] {
  const plain = (spec.env ?? []).map(({ name, value }): [string, string] => [name, value]);
  return [...new Map([...plain, ...Object.entries(secrets)])].map(
    ([name, value]) => `${name}=${value}`,
  );
}

function user({ securityContext }: RolloutSpec): string | undefined {
  const { runAsUser, runAsGroup } = securityContext ?? {};
  if (runAsUser === undefined && runAsGroup === undefined) return undefined;
  return runAsGroup === undefined ? `${runAsUser}` : `${runAsUser ?? 0}:${runAsGroup}`;
}

function limits({ resources }: RolloutSpec): ContainerCreateOptions['HostConfig'] {
  const { limits = {}, requests = {} } = resources ?? {};
  // Docker refuses less than 6 MB
  const memory = limits.memory === undefined ? 0 : Math.max(wholeBytes(limits.memory), 6 * MB);
  const reserved = requests.memory === undefined ? 0 : wholeBytes(requests.memory);
  return {
    ...(limits.cpu === undefined ? {} : { NanoCpus: nanoCpus(limits.cpu) }),
    ...(memory > 0 ? { Memory: memory, MemorySwap: memory } : {}),
    ...(reserved > 0 ? { MemoryReservation: reserved } : {}),
    // as Kubernetes does: 1024 shares stand for one core
    ...(requests.cpu === undefined
      ? {}
      : { CpuShares: Math.max(2, Math.floor((nanoCpus(requests.cpu) * 1024) / 1e9)) }),
  };
}

function security({ securityContext = {} }: RolloutSpec): ContainerCreateOptions['HostConfig'] {
  const { privileged, readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } =
    securityContext;
  return {
    ...(privileged === true ? { Privileged: true } : {}),
    ...(readOnlyRootFilesystem === true ? { ReadonlyRootfs: true } : {}),
    ...(allowPrivilegeEscalation === false ? { SecurityOpt: ['no-new-privileges'] } : {}),
    ...(capabilities?.add === undefined ? {} : { CapAdd: capabilities.add }),
    ...(capabilities?.drop === undefined ? {} : { CapDrop: capabilities.drop }),
  };
}
