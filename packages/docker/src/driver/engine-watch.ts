import type { Readable } from 'node:stream';
import { sleep } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import { fromDocker } from '../error.ts';
import { DOCKER_LABELS, keyOf } from '../labels.ts';
import { ndjson } from '../ndjson.ts';
import type { DriverContext } from './context.ts';
import type { StatusBoard } from './status-board.ts';

/** A message of Docker's event stream. */
interface DockerEvent {
  Type?: string;
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
}

export interface EngineWatchParts {
  context: DriverContext;
  board: StatusBoard;
  /** something happened to a deployment, to a network of a project, or to nothing known */
  changed(key: string): void;
  keys(): string[];
}

const RETRY_MS = 1000;
const NEWS = ['start', 'die', 'destroy', 'oom', 'pause', 'unpause', 'stop', 'disconnect'];

/** Listens to Docker until the signal, and looks at everything whenever it was out of hearing. */
export class EngineWatch {
  readonly #parts: EngineWatchParts;
  /** container → its deployment: events of networks carry no labels */
  readonly #owners = new Map<string, string>();
  /** deployment → the states its containers had */
  #seen = new Map<string, string>();

  constructor(parts: EngineWatchParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { context, board } = this.#parts;
    while (!signal.aborted) {
      try {
        await this.#listen(signal);
      } catch (error) {
        if (!signal.aborted) board.disconnected((fromDocker(error) as AppError).message);
      }
      await sleep(context.clock, RETRY_MS, signal);
    }
  }

  /** Compares what Docker has with what was seen; reads only. */
  async resync(signal: AbortSignal): Promise<void> {
    const { docker, installationId } = this.#parts.context;
    const labels = [`${DOCKER_LABELS.installation}=${installationId}`];
    const states = new Map<string, string>();
    for (const { Id, State, Labels } of await docker.listContainers(labels, { signal })) {
      const ref = refOfLabels(Labels);
      if (ref === undefined) continue;
      const key = keyOf(ref);
      this.#owners.set(Id, key);
      states.set(key, `${states.get(key) ?? ''} ${Id}:${State}`);
    }
    for (const key of new Set([...this.#seen.keys(), ...states.keys()])) {
      if (this.#seen.get(key) !== states.get(key)) this.#parts.changed(key);
    }
    this.#seen = states;
  }

  /** Until the stream ends; throws what ended it. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { context, board } = this.#parts;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const stream = (await context.docker.events({ signal: either })) as Readable;
    let resyncing: Promise<void> | undefined;
    try {
      // the stream is open: nothing that happens from here on is missed
      await this.resync(either);
      const keys = this.#parts.keys();
      board.connected(keys);
      for (const key of keys) this.#parts.changed(key);
      resyncing = this.#resyncAgainAndAgain(either, (error) => stream.destroy(error));
      for await (const event of ndjson<DockerEvent>(stream)) this.#take(event);
      signal.throwIfAborted();
      throw new AppError('unavailable', 'Docker ended the stream of its events.');
    } finally {
      ended.abort();
      await resyncing;
    }
  }

  async #resyncAgainAndAgain(signal: AbortSignal, onError: (error: Error) => void): Promise<void> {
    const { clock, times } = this.#parts.context;
    while (!signal.aborted) {
      await sleep(clock, times.resyncMs, signal);
      try {
        await this.resync(signal);
      } catch (error) {
        if (!signal.aborted) onError(error as Error);
        return;
      }
    }
  }

  #take({ Type, Action = '', Actor = {} }: DockerEvent): void {
    const { Attributes: labels = {}, ID = '' } = Actor;
    // health checks put more behind a colon
    const [action = ''] = Action.split(':');
    if (!NEWS.includes(action)) return;
    if (Type === 'network') return this.#disconnected(action, labels);
    const isOurs = labels[DOCKER_LABELS.installation] === this.#parts.context.installationId;
    const ref = isOurs ? refOfLabels(labels) : undefined;
    if (ref !== undefined) this.#tell(ref, action, { ...labels, id: ID });
  }

  #disconnected(action: string, { container = '' }: Record<string, string>): void {
    const owner = this.#owners.get(container);
    if (owner !== undefined && action === 'disconnect') this.#parts.changed(owner);
  }

  #tell(ref: DeploymentRef, action: string, labels: Record<string, string>): void {
    const key = keyOf(ref);
    const { id = '' } = labels;
    if (action === 'destroy') this.#owners.delete(id);
    else this.#owners.set(id, key);
    this.#log(ref, action, labels);
    this.#parts.changed(key);
  }

  #log(ref: DeploymentRef, action: string, labels: Record<string, string>): void {
    const { log } = this.#parts.context;
    const name = labels.name ?? '';
    const object = { kind: 'Container', name };
    if (action === 'oom') {
      const message = `Container ${name} needed more memory than its limit.`;
      log.add(ref, { type: 'Warning', reason: 'OOMKilled', message, object });
    }
    if (action === 'die') {
      const code = labels.exitCode ?? '';
      const type = code === '0' || code === '143' ? 'Normal' : 'Warning';
      const message = `Container ${name} ended with exit code ${code}.`;
      log.add(ref, { type, reason: 'Exited', message, object });
    }
  }
}

function refOfLabels(labels: Record<string, string>): DeploymentRef | undefined {
  const projectId = labels[DOCKER_LABELS.projectId];
  const deploymentId = labels[DOCKER_LABELS.deploymentId];
  if (projectId === undefined || deploymentId === undefined) return undefined;
  return { projectId, deploymentId };
}
