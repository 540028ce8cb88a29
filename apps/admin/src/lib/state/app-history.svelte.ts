import { findRollouts } from '#lib/api/apps.ts';
import { pb } from '#lib/api/client.ts';
import { toProblem, type Problem } from '#lib/api/problem.ts';
import type { Rollout } from '#lib/api/records.ts';

/** The rollouts of one app, newest first, current by push. More pages on request. */
export class AppHistory {
  items: Rollout[] = $state.raw([]);
  total: number = $state(0);
  phase: 'loading' | 'ready' | 'error' = $state('loading');
  problem: Problem | undefined = $state.raw();
  loadingMore: boolean = $state(false);
  running: Rollout | undefined = $derived(this.items.find((rollout) => rollout.endDate === ''));
  latest: Rollout | undefined = $derived(this.items[0]);
  #app = '';
  #pages = 1;
  #stop: (() => void) | undefined;

  open(app: string): void {
    this.close();
    this.#app = app;
    void this.reload();
    void this.#subscribe(app);
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#app = '';
    this.#pages = 1;
    this.items = [];
    this.total = 0;
    this.phase = 'loading';
    this.problem = undefined;
  }

  async reload(): Promise<void> {
    const app = this.#app;
    if (app === '') return;
    try {
      const pages = await Promise.all(
        Array.from({ length: this.#pages }, (_, index) => findRollouts(app, index + 1)),
      );
      if (app !== this.#app) return;
      // a rollout made between two pages shows up in both
      const all = pages.flatMap((page) => page.items);
      this.items = all.filter((item, at) => all.findIndex(({ id }) => id === item.id) === at);
      this.total = pages[0]?.total ?? 0;
      this.phase = 'ready';
      this.problem = undefined;
    } catch (error) {
      if (app !== this.#app) return;
      this.problem = toProblem(error);
      if (this.phase !== 'ready') this.phase = 'error';
    }
  }

  async more(): Promise<void> {
    this.#pages++;
    this.loadingMore = true;
    await this.reload();
    this.loadingMore = false;
  }

  async #subscribe(app: string): Promise<void> {
    try {
      const stop = await pb.collection('rollouts').subscribe<Rollout>('*', (event) => {
        if (event.record.deployment === this.#app) void this.reload();
      });
      if (app === this.#app) this.#stop = () => void stop().catch(() => undefined);
      else void stop();
    } catch {
      // no push: one's own actions reload
    }
  }
}
