import { toProblem, type Problem } from '#lib/api/problem.ts';
import type { Page } from '#lib/api/page.ts';

/** One page of a list as it was read last; it stays while the next one comes. */
export class Listing<T> {
  page: Page<T> | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  #run = 0;

  async read(load: () => Promise<Page<T>>): Promise<void> {
    const run = ++this.#run;
    try {
      const page = await load();
      if (run !== this.#run) return;
      this.page = page;
      this.problem = undefined;
    } catch (error) {
      if (run === this.#run) this.problem = toProblem(error);
    }
  }
}
