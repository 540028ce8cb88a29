import type { DriverEvent, RolloutObservation } from '@davit/domain';
import { refOf } from '../labels.ts';
import { Wake } from './wake.ts';

/** The newest observation of every deployment, and whether Docker can be heard. */
export class StatusBoard {
  readonly #observations = new Map<string, RolloutObservation>();
  readonly #listeners = new Set<(key: string | undefined) => void>();
  /** not yet looked at since the connection came up */
  #awaited = new Set<string>();
  #connection: { connected: boolean; message: string } = { connected: false, message: '' };

  get(key: string): RolloutObservation | undefined {
    return this.#observations.get(key);
  }

  set(key: string, observation: RolloutObservation): void {
    const before = this.#observations.get(key);
    this.#observations.set(key, observation);
    this.#seen(key);
    if (JSON.stringify(before) !== JSON.stringify(observation)) this.#tell(key);
  }

  gone(key: string): void {
    this.#observations.delete(key);
    this.#seen(key);
    this.#tell(key);
  }

  /** Docker answers: everything there is has been reported once these have been. */
  connected(keys: Iterable<string>): void {
    this.#awaited = new Set(keys);
    this.#connection = { connected: true, message: '' };
    this.#tell(undefined);
  }

  disconnected(message: string): void {
    this.#connection = { connected: false, message };
    this.#tell(undefined);
  }

  /** undefined: nothing to say yet */
  get connection(): DriverEvent | undefined {
    const { connected, message } = this.#connection;
    if (connected) return this.#awaited.size === 0 ? { type: 'synced' } : undefined;
    return message === '' ? undefined : { type: 'disconnected', message };
  }

  get isConnected(): boolean {
    return this.#connection.connected;
  }

  keys(): string[] {
    return [...this.#observations.keys()];
  }

  /** Told the key of what changed; undefined: the connection. */
  listen(listener: (key: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #seen(key: string): void {
    if (this.#awaited.delete(key) && this.#awaited.size === 0) this.#tell(undefined);
  }

  #tell(key: string | undefined): void {
    for (const listener of this.#listeners) listener(key);
  }
}

/**
 * What the board holds, `synced`, then what changes. Only the newest state of each deployment waits for a slow reader.
 */
export async function* watchBoard(
  board: StatusBoard,
  signal: AbortSignal,
): AsyncGenerator<DriverEvent> {
  const wake = new Wake();
  const changed = new Set<string>(board.keys());
  const known = new Set<string>();
  let said: DriverEvent | undefined;
  const ring = (): void => wake.ring();
  const stopListening = board.listen((key) => {
    if (key !== undefined) changed.add(key);
    wake.ring();
  });
  signal.addEventListener('abort', ring);
  try {
    while (!signal.aborted) {
      yield* changes(board, changed, known);
      const connection = board.connection;
      const isNews =
        connection !== undefined && JSON.stringify(connection) !== JSON.stringify(said);
      if (isNews) yield (said = connection);
      if (!isNews && changed.size === 0) await wake.next();
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', ring);
  }
}

function* changes(
  board: StatusBoard,
  changed: Set<string>,
  known: Set<string>,
): Generator<DriverEvent> {
  for (const key of changed) {
    changed.delete(key);
    const event = eventOf(board, key, known);
    if (event !== undefined) yield event;
  }
}

function eventOf(board: StatusBoard, key: string, known: Set<string>): DriverEvent | undefined {
  const observation = board.get(key);
  if (observation !== undefined) {
    known.add(key);
    return { type: 'observed', observation };
  }
  return known.delete(key) ? { type: 'removed', ref: refOf(key) } : undefined;
}
