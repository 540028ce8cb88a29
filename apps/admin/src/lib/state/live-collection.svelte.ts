import type { RecordSubscription, UnsubscribeFunc } from 'pocketbase';
import { pb } from '#lib/api/client.ts';
import { toProblem, type Problem } from '#lib/api/problem.ts';

export interface LiveOptions<T> {
  filter?: string;
  sort?: string;
  compare(a: T, b: T): number;
  /** realtime sends everything the rules allow; keep what belongs here */
  matches?(record: T): boolean;
}

/** The records of one collection, listed once and kept current by push. */
export class LiveCollection<T extends { id: string }> {
  items: T[] = $state.raw([]);
  phase: 'idle' | 'loading' | 'ready' | 'error' = $state('idle');
  problem: Problem | undefined = $state.raw();
  #unsubscribe: UnsubscribeFunc[] = [];
  #run = 0;
  readonly #collection: string;
  readonly #options: LiveOptions<T>;

  constructor(collection: string, options: LiveOptions<T>) {
    this.#collection = collection;
    this.#options = options;
  }

  find(id: string): T | undefined {
    return this.items.find((item) => item.id === id);
  }

  async open(): Promise<void> {
    const run = ++this.#run;
    if (this.phase !== 'ready') this.phase = 'loading';
    await this.reload();
    try {
      const stops = [
        await pb.collection(this.#collection).subscribe<T>('*', (event) => this.#take(event)),
        // a new connection may have missed changes
        await pb.realtime.subscribe('PB_CONNECT', () => void this.reload()),
      ];
      if (run !== this.#run) for (const stop of stops) void stop();
      else {
        this.#unsubscribe = stops;
        await this.reload();
      }
    } catch (error) {
      // the list stays usable without push; the SDK reconnects by itself once it was connected
      this.problem = toProblem(error);
    }
  }

  async reload(): Promise<void> {
    const run = this.#run;
    try {
      const items = await pb.collection(this.#collection).getFullList<T>({
        ...(this.#options.filter === undefined ? {} : { filter: this.#options.filter }),
      });
      if (run !== this.#run) return;
      this.items = items.toSorted((a, b) => this.#options.compare(a, b));
      this.phase = 'ready';
      this.problem = undefined;
    } catch (error) {
      const problem = toProblem(error);
      if (run !== this.#run || problem.status === -1) return;
      this.problem = problem;
      if (this.phase !== 'ready') this.phase = 'error';
    }
  }

  /** Puts a record in before its push arrives, so that one's own change shows at once. */
  put(record: T): void {
    const rest = this.items.filter((item) => item.id !== record.id);
    this.items = [...rest, record].toSorted((a, b) => this.#options.compare(a, b));
  }

  drop(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
  }

  close(): void {
    this.#run++;
    for (const stop of this.#unsubscribe) void stop().catch(() => undefined);
    this.#unsubscribe = [];
    this.items = [];
    this.phase = 'idle';
    this.problem = undefined;
  }

  #take(event: RecordSubscription<T>): void {
    const belongs = this.#options.matches?.(event.record) ?? true;
    if (event.action === 'delete' || !belongs) this.drop(event.record.id);
    else this.put(event.record);
  }
}
