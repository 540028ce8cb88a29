import { appStatus, findRunning, type AppStatus } from '#lib/api/apps.ts';
import { pb } from '#lib/api/client.ts';
import { toProblem } from '#lib/api/problem.ts';
import type { Deployment, Rollout } from '#lib/api/records.ts';

const REFRESH_MS = 8000;
const AT_ONCE = 4;

/** What the table of a project's apps shows beyond their records: images and counts. */
export class ProjectStatus {
  /** by the id of the app, as `statuses` is */
  running: Record<string, Rollout> = $state.raw({});
  statuses: Record<string, AppStatus> = $state.raw({});
  runningReady: boolean = $state(false);
  #project = '';
  #stop: (() => void)[] = [];
  #apps: () => Deployment[] = () => [];
  #busy = false;

  open(project: string, apps: () => Deployment[]): void {
    this.close();
    this.#project = project;
    this.#apps = apps;
    void this.#loadRunning();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh();
    }, REFRESH_MS);
    this.#stop.push(() => clearInterval(timer));
    void this.#subscribe(project);
  }

  close(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#project = '';
    this.running = {};
    this.statuses = {};
    this.runningReady = false;
  }

  /** Asks the status of every app, a few at once; one that cannot be told keeps its record's phase. */
  async refresh(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const project = this.#project;
    const queue = [...this.#apps()];
    const found: Record<string, AppStatus> = {};
    const work = async (): Promise<void> => {
      for (let app = queue.shift(); app !== undefined; app = queue.shift()) {
        try {
          found[app.id] = await appStatus({ projectId: app.project, deploymentId: app.id });
        } catch (error) {
          if (toProblem(error).status === 0) queue.length = 0;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.#busy = false;
    if (project === this.#project) this.statuses = found;
  }

  async #loadRunning(): Promise<void> {
    const project = this.#project;
    try {
      const rollouts = await findRunning(project);
      if (project !== this.#project) return;
      this.running = Object.fromEntries(rollouts.map((rollout) => [rollout.deployment, rollout]));
    } catch {
      // the table shows a dash; the records' own list reports a server that is away
    }
    this.runningReady = true;
  }

  async #subscribe(project: string): Promise<void> {
    try {
      const stop = await pb.collection('rollouts').subscribe<Rollout>('*', (event) => {
        if (event.record.project === this.#project) void this.#loadRunning();
      });
      if (project === this.#project) this.#stop.push(() => void stop().catch(() => undefined));
      else void stop();
    } catch {
      // no push: the regular refresh remains
    }
  }
}
