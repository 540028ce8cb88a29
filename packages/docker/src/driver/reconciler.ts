import { isDeepStrictEqual } from 'node:util';
import type { ReconcileResult } from '@davit/controller';
import { AppError, toAppError } from '@davit/domain';
import type { RouteState } from '@davit/domain';
import { keyOf, refOf } from '../labels.ts';
import { bringUp, isAsleep, prepare, startAll } from './bring-up.ts';
import { listContainers } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { DeploymentState } from './driver-state.ts';
import { Gate } from './gate.ts';
import { Narrator } from './narrator.ts';
import { isCrashing, isReady, judge, passOf } from './pass.ts';
import type { Opened, Pass, Verdict } from './pass.ts';
import type { ProjectNetworks } from './project-network.ts';
import { renderRoutes } from './render-routes.ts';
import { Removal, unlessAway } from './removal.ts';
import type { Retiring } from './retiring.ts';
import type { StatusBoard } from './status-board.ts';

export interface ReconcilerParts {
  context: DriverContext;
  networks: ProjectNetworks;
  retiring: Retiring;
  board: StatusBoard;
  open(state: DeploymentState): Opened;
  /** behind the host in a URL */
  urlPort: string;
}

/** Makes one deployment as it should be, step by step: each pass looks, decides, and does what can be done now. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #gate: Gate;
  readonly #narrator: Narrator;
  readonly #removal: Removal;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#gate = new Gate(parts.context);
    this.#narrator = new Narrator({ ...parts, gate: this.#gate });
    this.#removal = new Removal(parts);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { state } = this.#parts.context.file;
    if (!key.includes('/')) return this.#removal.removeProject(key, signal);
    const removal = state.removals[key];
    const deployment = state.deployments[key];
    if (deployment !== undefined) return this.#advance(deployment, signal);
    this.#narrator.forget(key);
    this.#gate.forget(key);
    if (removal !== undefined) await this.#removal.remove(refOf(key), removal, signal);
    else this.#parts.board.gone(key);
  }

  async #advance(state: DeploymentState, signal: AbortSignal): Promise<ReconcileResult | void> {
    let pass = await this.#look(state, signal);
    let acting = false;
    this.#narrator.show(pass);
    try {
      if (pass.desired === 0) return await this.#suspend(pass, signal);
      // at most once more, for what the first round has started
      for (let round = 0; ; round++) {
        const verdict = await this.#decide(pass, signal);
        if (verdict.done || round > 0) break;
        this.#narrator.show(pass);
        acting = true;
        if (!(await this.#act(pass, signal))) break;
        acting = false;
        pass = await this.#look(state, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#narrator.fail(pass, toAppError(error), acting);
      throw error;
    }
    this.#narrator.succeeded(pass.key);
    this.#narrator.show(pass);
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
    await this.#narrator.look(pass, signal);
    return pass;
  }

  /** Finds out who is healthy and lets requests go there; ends what is no longer needed. */
  async #decide(pass: Pass, signal: AbortSignal): Promise<Verdict> {
    const { retiring, context } = this.#parts;
    for (const one of pass.leftovers) retiring.begin(one, 'remove');
    await this.#gate.check(pass, signal);
    signal.throwIfAborted();
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
    // a newer intent may want back what would be ended here
    signal.throwIfAborted();
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
  }

  /** Makes and starts what is missing; answers whether there was anything to do. */
  async #act(pass: Pass, signal: AbortSignal): Promise<boolean> {
    const { context } = this.#parts;
    if (!pass.recreates) {
      await this.#wakeServers(pass, signal);
      this.#narrator.waitAfterFailure(pass);
      return bringUp(pass, this.#bringUpParts(pass), signal);
    }
    // one after the other: what leaves has to be gone first
    if (pass.leaving.length > 0) return false;
    this.#narrator.waitAfterFailure(pass);
    if (pass.servers.length === 0) return bringUp(pass, this.#bringUpParts(pass), signal);
    if (pass.state.failed?.hash === pass.hash) return this.#goBack(pass, signal);
    if (pass.servers.some((one) => !isAsleep(one))) return this.#makeRoom(pass, signal);
    try {
      const crashing = pass.fresh.find((one) => isCrashing(pass, one));
      if (crashing !== undefined || this.#narrator.lateness(pass) !== undefined) {
        return await this.#giveUp(pass, this.#narrator.failure(pass, crashing));
      }
      return await bringUp(pass, this.#bringUpParts(pass), signal);
    } catch (error) {
      if (signal.aborted || !isRefusal(error)) throw error;
      context.logger.log('warn', 'new instance refused', { key: pass.key, error });
      return this.#giveUp(pass, error);
    }
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
    await this.#route(
      pass,
      { active: [], routeState: 'stopped', serving: undefined },
      signal,
    ).catch(unlessAway);
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
    this.#narrator.show(await this.#look(state, signal));
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
    signal.throwIfAborted();
    const { context } = this.#parts;
    const { state } = pass;
    const { active, routeState, serving } = wanted;
    const reach = serving ?? state.spec;
    const served = state.routes.length > 0;
    const routes = renderRoutes(state, { servers: active, reach, state: routeState });
    if (!isDeepStrictEqual([routes, serving], [state.routes, state.serving])) {
      await context.file.update(() => {
        state.routes = routes;
        if (serving === undefined) delete state.serving;
        else state.serving = serving;
      });
    }
    // who takes no requests, and never did, does not need an edge
    if (routes.length > 0 || served) await context.routes.publish(signal);
  }

  /** When to look again; nothing at rest, since Docker tells what happens. */
  #next(pass: Pass): ReconcileResult | void {
    if (judge(pass).done || (pass.recreates && pass.leaving.length > 0)) return;
    if (hasGoneBack(pass)) return;
    const ages = pass.fresh.map(({ startedAt, created }) => this.#narrator.age(startedAt, created));
    const youngest = ages.length === 0 ? 0 : Math.min(...ages);
    // Docker tells when a crashed one is started again
    const crashes = pass.fresh.some((one) => isCrashing(pass, one));
    if (crashes || this.#narrator.lateness(pass) !== undefined) return { requeueAfterMs: 10_000 };
    return { requeueAfterMs: youngest > 60_000 ? 2_000 : 250 };
  }

  #bringUpParts(pass: Pass) {
    const { context, networks } = this.#parts;
    const onPulling = (pulling: string): void => this.#narrator.show(pass, { pulling });
    return { context, networks, onPulling };
  }
}

/** The old instances serve again, after the new ones failed. */
function hasGoneBack(pass: Pass): boolean {
  const { state, servers, hash } = pass;
  if (state.failed?.hash !== hash || servers.length === 0) return false;
  return servers.every((one) => isReady(pass, one));
}

/** Docker answered, and will answer the same again: not an engine or a registry that is away for a while. */
function isRefusal(error: unknown): error is AppError {
  const reasons = ['CreateContainerError', 'RunContainerError', 'CreateContainerConfigError'];
  return AppError.is(error) && reasons.includes(error.reason ?? '');
}
