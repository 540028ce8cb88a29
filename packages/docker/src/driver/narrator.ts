import { AppError } from '@davit/domain';
import type { RolloutObservation } from '@davit/domain';
import type { RolloutStatus } from '@davit/rollout';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { Gate } from './gate.ts';
import { lastEnds } from './last-end.ts';
import type { LastEnd } from './last-end.ts';
import { observe } from './observe.ts';
import { isReady } from './pass.ts';
import type { Pass, Trouble } from './pass.ts';
import type { StatusBoard } from './status-board.ts';

const LONGEST_RETRY_MS = 60_000;

/** What is remembered between two passes; lost with the process, and nothing depends on it. */
interface Memory {
  status?: RolloutStatus;
  ends: Map<string, LastEnd>;
  /** why the last pass over this generation failed: said until one succeeds */
  problem?: { generation: number; error: AppError; failures: number; retryAt: number };
}

export interface NarratorParts {
  context: DriverContext;
  board: StatusBoard;
  gate: Gate;
  /** behind the host in a URL */
  urlPort: string;
}

/** Says what becomes of deployments: observations for the board, failures for the log. */
export class Narrator {
  readonly #parts: NarratorParts;
  readonly #memories = new Map<string, Memory>();

  constructor(parts: NarratorParts) {
    this.#parts = parts;
  }

  /** Finds out how the containers of a pass ended before. */
  async look(pass: Pass, signal: AbortSignal): Promise<void> {
    const memory = this.#memory(pass.key);
    const { context } = this.#parts;
    memory.ends = await lastEnds(pass, memory.ends, { context, signal });
  }

  succeeded(key: string): void {
    delete this.#memory(key).problem;
  }

  forget(key: string): void {
    this.#memories.delete(key);
  }

  /** What Docker or a registry refused is not asked for again with every event. */
  waitAfterFailure({ key, state }: Pass): void {
    const { problem } = this.#memory(key);
    if (problem?.generation !== state.generation) return;
    const retryAfterMs = problem.retryAt - this.#parts.context.clock.now();
    if (retryAfterMs <= 0) return;
    const { code, message, reason } = problem.error;
    throw new AppError(code, message, { ...(reason && { reason }), retryAfterMs });
  }

  /** Milliseconds since the last start. */
  age(startedAt: string, created: number): number {
    return this.#parts.context.clock.now() - (startedAt === '' ? created : Date.parse(startedAt));
  }

  /** What was last seen of an instance that is not ready although it had all the time it gets. */
  lateness(pass: Pass): string | undefined {
    const { deadlineMs } = this.#parts.context.times;
    const late = pass.fresh.find(
      (one) => !isReady(pass, one) && this.age(one.startedAt, one.created) > deadlineMs,
    );
    if (late === undefined) return undefined;
    const detail = this.#parts.gate.detail(pass.key, late.name);
    const seconds = Math.round(deadlineMs / 1000);
    return `Not ready after ${seconds} s${detail === '' ? '.' : `: ${detail}`}`;
  }

  /** Why an instance does not get there. */
  failure(pass: Pass, crashing: Container | undefined): AppError {
    if (crashing === undefined) {
      const message = this.lateness(pass) ?? '';
      return new AppError('unavailable', message, { reason: 'ProgressDeadlineExceeded' });
    }
    const { reason = '', message = '' } =
      this.#observation(pass, {}).instances.find(({ name }) => name === crashing.name) ?? {};
    return new AppError('unavailable', message, { reason: reason || 'CrashLoopBackOff' });
  }

  /** A pass has failed. */
  fail(pass: Pass, problem: AppError, acting: boolean): void {
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
    this.show(pass);
  }

  /** Tells what a pass saw. */
  show(pass: Pass, trouble: Trouble = {}): void {
    const memory = this.#memory(pass.key);
    const { failed, generation } = pass.state;
    const wentBack =
      failed?.hash === pass.hash
        ? new AppError('unavailable', failed.message, { reason: failed.reason })
        : undefined;
    const last = memory.problem?.generation === generation ? memory.problem.error : undefined;
    const late = this.lateness(pass);
    const observation = this.#observation(pass, { late, problem: wentBack ?? last, ...trouble });
    memory.status = observation.status;
    this.#parts.board.set(pass.key, observation);
  }

  #observation(pass: Pass, trouble: Trouble): RolloutObservation {
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
      https: context.https,
    });
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
