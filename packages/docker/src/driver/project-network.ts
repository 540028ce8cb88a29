import { AppError } from '@davit/domain';
import type { NetworkInspectInfo } from 'dockerode';
import { freeAddress, freeSubnet, gatewayOf } from '../address-pool.ts';
import { hostNetworks } from '../host-networks.ts';
import { DOCKER_LABELS } from '../labels.ts';
import type { DriverContext } from './context.ts';

export interface ProjectNetwork {
  id: string;
  name: string;
  subnet: string;
}

/** The networks of projects and the addresses in them. One thing at a time, so that nothing is given out twice. */
export class ProjectNetworks {
  readonly #context: DriverContext;
  readonly #last = new Map<string, string>();
  /** given out, and not yet to be seen on a container */
  readonly #reserved = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: DriverContext) {
    this.#context = context;
  }

  /** The project's network, made where it is missing. Throws `unavailable` (AddressesExhausted). */
  ensure(project: { id: string; name: string }, signal: AbortSignal): Promise<ProjectNetwork> {
    return this.#inTurn(async () => {
      const networks = await this.#context.docker.listNetworks({ signal });
      const mine = this.#find(networks, project.id);
      if (mine !== undefined) return mine;
      return this.#create(project, networks, signal);
    });
  }

  /** An address for a new container; `release` it once the container exists, or could not be made. */
  reserve(projectId: string, subnet: string, signal: AbortSignal): Promise<string> {
    return this.#inTurn(async () => {
      const { docker, installationId } = this.#context;
      const labels = [
        `${DOCKER_LABELS.installation}=${installationId}`,
        `${DOCKER_LABELS.projectId}=${projectId}`,
      ];
      const containers = await docker.listContainers(labels, { signal });
      const used = containers.map(({ Labels }) => Labels[DOCKER_LABELS.address] ?? '');
      const taken = new Set([...used, ...this.#reserved]);
      const address = freeAddress(subnet, taken, this.#last.get(subnet));
      if (address === undefined) throw exhausted(`The network ${subnet} has no address left.`);
      this.#last.set(subnet, address);
      this.#reserved.add(address);
      return address;
    });
  }

  release(address: string): void {
    this.#reserved.delete(address);
  }

  async remove(projectId: string, signal: AbortSignal): Promise<void> {
    const mine = this.#find(await this.#context.docker.listNetworks({ signal }), projectId);
    if (mine !== undefined) await this.#context.docker.removeNetwork(mine.id, { signal });
  }

  #find(networks: readonly NetworkInspectInfo[], projectId: string): ProjectNetwork | undefined {
    const found = networks.find(
      ({ Labels: labels = {} }) =>
        labels[DOCKER_LABELS.installation] === this.#context.installationId &&
        labels[DOCKER_LABELS.projectId] === projectId,
    );
    if (found === undefined) return undefined;
    const subnet = found.IPAM?.Config?.[0]?.Subnet ?? '';
    return { id: found.Id, name: found.Name, subnet };
  }

  async #create(
    project: { id: string; name: string },
    networks: readonly NetworkInspectInfo[],
    signal: AbortSignal,
  ): Promise<ProjectNetwork> {
    const { docker, installationId, subnets } = this.#context;
    const used = [
      ...networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).map(({ Subnet = '' }) => Subnet)),
      ...hostNetworks(),
    ];
    const subnet = freeSubnet(subnets, used);
    if (subnet === undefined) throw exhausted(`The address pool ${subnets} has no network left.`);
    await docker.createNetwork(
      {
        Name: `davit-${installationId.slice(0, 8)}-${project.id}`,
        CheckDuplicate: true,
        Driver: 'bridge',
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: gatewayOf(subnet) }] },
        Labels: {
          [DOCKER_LABELS.installation]: installationId,
          [DOCKER_LABELS.projectId]: project.id,
          [DOCKER_LABELS.displayName]: project.name,
        },
      },
      { signal },
    );
    const made = this.#find(await docker.listNetworks({ signal }), project.id);
    if (made === undefined) throw new AppError('unavailable', 'The network was removed at once.');
    return made;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

const exhausted = (message: string): AppError =>
  new AppError('unavailable', message, { reason: 'AddressesExhausted' });
