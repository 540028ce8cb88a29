import { isDeepStrictEqual } from 'node:util';
import type { ReconcileResult } from '@davit/controller';
import { AppError, toAppError } from '@davit/domain';
import type { DeploymentRef, RouteState } from '@davit/domain';
import type { RolloutStatus } from '@davit/rollout';
import { keyOf, refOf } from '../labels.ts';
import { bringUp, isAsleep, prepare, startAll } from './bring-up.ts';
import { listContainers } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { DeploymentState } from './driver-state.ts';
import { Gate } from './gate.ts';
import { lastEnds } from './last-end.ts';
import type { LastEnd } from './last-end.ts';
import { observe } from './observe.ts';
import { isCrashing, isReady, judge, passOf } from './pass.ts';
import type { Opened, Pass, Trouble, Verdict } from './pass.ts';
import type { ProjectNetworks } from './project-network.ts';
import { renderRoutes } from './render-routes.ts';
import type { Retiring } from './retiring.ts';
import type { StatusBoard } from './status-board.ts';
import { ownVolumes, removeVolumes } from './volumes.ts';

export interface ReconcilerParts {
  context: DriverContext;
  networks: ProjectNetworks;
  retiring: Retiring;
  board: StatusBoard;
  open(state: DeploymentState): Opened;
  /** behind the host in a URL */
  urlPort: string;
}

const LONGEST_RETRY_MS = 60_000;

/** What is remembered between two passes; lost with the process, and nothing depends on it. */
interface Memory {
  status?: RolloutStatus;
  ends: Map<string, LastEnd>;
  /** why the last pass over this generation failed: said until one succeeds */
  problem?: { generation: number; error: AppError; failures: number; retryAt: number };
}

/** Makes one deployment as it should be, step by step: each pass looks, decides, and does what can be done now. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #gate: Gate;
  readonly #memories = new Map<string, Memory>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#gate = new Gate(parts.context);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { state } = this.#parts.context.file;
    if (!key.includes('/')) return this.#removeProject(key, signal);
    const removal = state.removals[key];
    if (removal !== undefined) return this.#remove(refOf(key), removal, signal);
    const deployment = state.deployments[key];
    if (deployment === undefined) return this.#forget(key);
    return this.#advance(deployment, signal);
  }

  async #advance(state: DeploymentState, signal: AbortSignal): Promise<ReconcileResult | void> {
    let pass = await this.#look(state, signal);
    let acting = false;
    this.#show(pass);
    try {
      if (pass.desired === 0) return await this.#suspend(pass, signal);
      // at most once more, for what the first round has started
      for (let round = 0; ; round++) {
        const verdict = await this.#decide(pass, signal);
        if (verdict.done || round > 0) break;
        this.#show(pass);
        acting = true;
        if (!(await this.#act(pass, signal))) break;
        acting = false;
        pass = await this.#look(state, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(pass, toAppError(error), acting);
      throw error;
    }
    delete this.#memory(pass.key).problem;
    this.#show(pass);
    return this.#next(pass);
  }

  async #look(state: DeploymentState, signal: AbortSignal): Promise<Pass> {
    const { context, retiring } = this.#parts;
    const key = keyOf(state);
    const containers = await listContainers(context, state, signal);
    const pass = passOf({
      key,
      state,
      opened: this.#parts.open(state),
      salt: context.file.state.salt,
      containers,
      isLeaving: (name) => retiring.has(name),
    });
    const memory = this.#memory(key);
    memory.ends = await lastEnds(pass, memory.ends, { context, signal });
    return pass;
  }

  /** Finds out who is healthy and lets requests go there; ends what is no longer needed. */
  async #decide(pass: Pass, signal: AbortSignal): Promise<Verdict> {
    const { retiring, context } = this.#parts;
    for (const one of pass.leftovers) retiring.begin(one, 'remove');
    await this.#gate.check(pass, signal);
    const verdict = judge(pass);
    const { active, takesOver, done, routeState } = verdict;
    const { serving } = pass.state;
    const { interfaces, readiness } = pass.state.spec;
    const fresh = {
      hash: pass.hash,
      ...(interfaces && { interfaces }),
      ...(readiness && { readiness }),
    };
    await this.#route(pass, { active, routeState, serving: takesOver ? fresh : serving }, signal);
    if (takesOver && serving?.hash !== pass.hash) {
      const message = `Requests go to ${active.map(({ name }) => name).join(', ')}.`;
      context.log.add(pass.state, { reason: 'Switched', message });
    }
    if (done) await this.#tidy(pass, active);
    return verdict;
  }

  async #tidy(pass: Pass, active: readonly Container[]): Promise<void> {
    const { context, retiring } = this.#parts;
    const { state } = pass;
    for (const one of pass.servers) retiring.begin(one, 'remove');
    for (const one of pass.fresh) if (!active.includes(one)) retiring.begin(one, 'remove');
    const kept = new Set(active.map(({ name }) => name));
    const surplus = Object.keys(state.ready).filter((name) => !kept.has(name));
    if (surplus.length === 0 && state.evicted.length === 0 && state.failed === undefined) return;
    await context.file.update(() => {
      for (const name of surplus) delete state.ready[name];
      state.evicted = [];
      delete state.failed;
    });
    for (const name of surplus) this.#gate.forget(name);
  }

  /** Makes and starts what is missing; answers whether there was anything to do. */
  async #act(pass: Pass, signal: AbortSignal): Promise<boolean> {
    const { context } = this.#parts;
    if (!pass.recreates) {
      await this.#wakeServers(pass, signal);
      this.#waitAfterFailure(pass);
      return bringUp(pass, this.#bringUpParts(pass), signal);
    }
    // one after the other: what leaves has to be gone first
    if (pass.leaving.length > 0) return false;
    this.#waitAfterFailure(pass);
    if (pass.servers.length === 0) return bringUp(pass, this.#bringUpParts(pass), signal);
    if (pass.state.failed?.hash === pass.hash) return this.#goBack(pass, signal);
    if (pass.servers.some((one) => !isAsleep(one))) return this.#makeRoom(pass, signal);
    try {
      const crashing = pass.fresh.find((one) => isCrashing(pass, one));
      if (crashing !== undefined || this.#lateness(pass) !== undefined) {
        return await this.#giveUp(pass, this.#failure(pass, crashing));
      }
      return await bringUp(pass, this.#bringUpParts(pass), signal);
    } catch (error) {
      if (signal.aborted || !isRefusal(error)) throw error;
      context.logger.log('warn', 'new instance refused', { key: pass.key, error });
      return this.#giveUp(pass, error);
    }
  }

  /** What Docker or a registry refused is not asked for again with every event. */
  #waitAfterFailure({ key, state }: Pass): void {
    const { problem } = this.#memory(key);
    if (problem?.generation !== state.generation) return;
    const retryAfterMs = problem.retryAt - this.#parts.context.clock.now();
    if (retryAfterMs <= 0) return;
    const { code, message, reason } = problem.error;
    throw new AppError(code, message, { ...(reason && { reason }), retryAfterMs });
  }

  /** Requests wait while the old instances end. The image comes first: what cannot be pulled must stop nothing. */
  async #makeRoom(pass: Pass, signal: AbortSignal): Promise<boolean> {
    await prepare(pass, this.#bringUpParts(pass), signal);
    const { serving } = pass.state;
    await this.#route(pass, { active: [], routeState: 'hold', serving }, signal);
    for (const one of pass.servers) this.#parts.retiring.begin(one, 'stop');
    return false;
  }

  async #giveUp(pass: Pass, { reason = 'Failed', message }: AppError): Promise<boolean> {
    const { context, retiring } = this.#parts;
    await context.file.update(() => {
      pass.state.failed = { hash: pass.hash, reason, message };
    });
    context.log.add(pass.state, { type: 'Warning', reason: 'WentBack', message });
    for (const one of pass.fresh) retiring.begin(one, 'remove');
    if (pass.fresh.length === 0) return true;
    return false;
  }

  /** The instances of before serve again. */
  async #goBack(pass: Pass, signal: AbortSignal): Promise<boolean> {
    for (const one of pass.fresh) this.#parts.retiring.begin(one, 'remove');
    return this.#wakeServers(pass, signal);
  }

  async #wakeServers(pass: Pass, signal: AbortSignal): Promise<boolean> {
    const asleep = pass.servers.filter(isAsleep);
    await startAll(asleep, this.#parts.context, signal);
    return asleep.length > 0;
  }

  async #suspend(pass: Pass, signal: AbortSignal): Promise<void> {
    const { retiring, context } = this.#parts;
    await this.#route(pass, { active: [], routeState: 'stopped', serving: undefined }, signal);
    for (const one of [...pass.fresh, ...pass.servers, ...pass.leftovers]) {
      retiring.begin(one, 'remove');
    }
    const { state } = pass;
    if (Object.keys(state.ready).length > 0 || state.evicted.length > 0) {
      await context.file.update(() => {
        state.ready = {};
        state.evicted = [];
      });
    }
    this.#show(await this.#look(state, signal));
  }

  /** Writes down who serves, and waits until the edge has it. */
  async #route(
    pass: Pass,
    wanted: {
      active: readonly Container[];
      routeState: RouteState;
      serving: DeploymentState['serving'];
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { context } = this.#parts;
    const { state } = pass;
    const { active, routeState, serving } = wanted;
    const reach = serving ?? state.spec;
    const routes = renderRoutes(state, { servers: active, reach, state: routeState });
    if (!isDeepStrictEqual([routes, serving], [state.routes, state.serving])) {
      await context.file.update(() => {
        state.routes = routes;
        if (serving === undefined) delete state.serving;
        else state.serving = serving;
      });
    }
    await context.routes.publish(signal);
  }

  async #remove(
    ref: DeploymentRef,
    { deleteData }: { deleteData: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { context, retiring, board } = this.#parts;
    const key = keyOf(ref);
    const containers = await listContainers(context, ref, signal);
    const known = board.get(key);
    if (known !== undefined && containers.length > 0) {
      const message = 'Being removed.';
      board.set(key, { ...known, phase: 'Progressing', reason: 'Removing', message });
    }
    await context.routes.publish(signal).catch((error: unknown) => {
      // an edge that is away sends requests nowhere that matters
      if (!AppError.is(error, 'unavailable')) throw error;
    });
    for (const one of containers) retiring.begin(one, 'remove');
    if (containers.length > 0) return;
    if (deleteData) await removeVolumes(context, ref, signal);
    await context.file.update((state) => {
      delete state.removals[key];
    });
    this.#forget(key);
  }

  /** The network goes with the last deployment, unless it has volumes that are kept. */
  async #removeProject(projectId: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { context, networks } = this.#parts;
    const { state } = context.file;
    const removal = state.projects[projectId];
    if (removal === undefined) return;
    const left = [...Object.keys(state.deployments), ...Object.keys(state.removals)];
    if (left.some((key) => key.startsWith(`${projectId}/`))) return { requeueAfterMs: 500 };
    if (removal.deleteData) await removeVolumes(context, { projectId }, signal);
    const volumes = await ownVolumes(context, { projectId }, signal);
    if (volumes.length === 0) await networks.remove(projectId, signal);
    await context.file.update(() => {
      delete state.projects[projectId];
    });
  }

  #forget(key: string): void {
    this.#memories.delete(key);
    this.#parts.context.log.forget(key);
    this.#parts.board.gone(key);
  }

  /** When to look again; nothing at rest, since Docker tells what happens. */
  #next(pass: Pass): ReconcileResult | void {
    const { done } = judge(pass);
    if (done || (pass.recreates && pass.leaving.length > 0)) return;
    const { failed, serving } = pass.state;
    const wentBack = failed?.hash === pass.hash && pass.servers.every((one) => isReady(pass, one));
    if (wentBack && serving !== undefined && pass.servers.length > 0) return;
    const ages = pass.fresh.map(({ startedAt, created }) => this.#age(startedAt, created));
    const youngest = ages.length === 0 ? 0 : Math.min(...ages);
    if (this.#lateness(pass) !== undefined) return { requeueAfterMs: 10_000 };
    return { requeueAfterMs: youngest > 60_000 ? 2_000 : 250 };
  }

  #age(startedAt: string, created: number): number {
    return this.#parts.context.clock.now() - (startedAt === '' ? created : Date.parse(startedAt));
  }

  /** What was last seen of an instance that is not ready although it had all the time it gets. */
  #lateness(pass: Pass): string | undefined {
    const { deadlineMs } = this.#parts.context.times;
    const late = pass.fresh.find(
      (one) => !isReady(pass, one) && this.#age(one.startedAt, one.created) > deadlineMs,
    );
    if (late === undefined) return undefined;
    const detail = this.#gate.detail(late.name);
    const seconds = Math.round(deadlineMs / 1000);
    return `Not ready after ${seconds} s${detail === '' ? '.' : `: ${detail}`}`;
  }

  #failure(pass: Pass, crashing: Container | undefined): AppError {
    if (crashing === undefined) {
      const message = this.#lateness(pass) ?? '';
      return new AppError('unavailable', message, { reason: 'ProgressDeadlineExceeded' });
    }
    const { reason = '', message = '' } =
      this.#observation(pass, {}).instances.find(({ name }) => name === crashing.name) ?? {};
    return new AppError('unavailable', message, { reason: reason || 'CrashLoopBackOff' });
  }

  #fail(pass: Pass, problem: AppError, acting: boolean): void {
    // Docker itself is away: the connection says so, and what is known stays
    if (!isAnswer(problem)) return;
    const { log, logger, clock } = this.#parts.context;
    const memory = this.#memory(pass.key);
    const { reason = 'Failed', message, retryAfterMs } = problem;
    const { generation } = pass.state;
    const known = memory.problem?.generation === generation ? memory.problem : undefined;
    if (known?.error.message !== message) {
      log.add(pass.state, { type: 'Warning', reason, message });
      logger.log('warn', 'deployment does not get on', { key: pass.key, error: problem });
    }
    if (known === undefined || retryAfterMs === undefined) {
      const failures = (known?.failures ?? 0) + 1;
      const retryAt = clock.now() + (acting ? Math.min(1000 * 2 ** failures, LONGEST_RETRY_MS) : 0);
      memory.problem = { generation, error: problem, failures, retryAt };
    }
    this.#show(pass);
  }

  #show(pass: Pass, trouble: Trouble = {}): void {
    const memory = this.#memory(pass.key);
    const { failed, generation } = pass.state;
    const wentBack =
      failed?.hash === pass.hash
        ? new AppError('unavailable', failed.message, { reason: failed.reason })
        : undefined;
    const last = memory.problem?.generation === generation ? memory.problem.error : undefined;
    const late = this.#lateness(pass);
    const observation = this.#observation(pass, { late, problem: wentBack ?? last, ...trouble });
    memory.status = observation.status;
    this.#parts.board.set(pass.key, observation);
  }

  #observation(pass: Pass, trouble: Trouble) {
    const { context, urlPort } = this.#parts;
    const { status, ends } = this.#memory(pass.key);
    return observe({
      pass,
      trouble,
      ends,
      status,
      taken: context.routes.taken(pass.key),
      port: urlPort,
      now: context.clock.now(),
    });
  }

  #bringUpParts(pass: Pass) {
    const { context, networks } = this.#parts;
    const onPulling = (pulling: string): void => this.#show(pass, { pulling });
    return { context, networks, onPulling };
  }

  #memory(key: string): Memory {
    const memory = this.#memories.get(key) ?? { ends: new Map() };
    this.#memories.set(key, memory);
    return memory;
  }
}

/** Docker, the registry or the edge said something about this deployment. */
const isAnswer = (error: AppError): boolean =>
  error.code !== 'unavailable' || error.reason !== undefined;

/** Docker answered, and will answer the same again: not an engine or a registry that is away for a while. */
function isRefusal(error: unknown): error is AppError {
  const reasons = ['CreateContainerError', 'RunContainerError', 'CreateContainerConfigError'];
  return AppError.is(error) && reasons.includes(error.reason ?? '');
}
