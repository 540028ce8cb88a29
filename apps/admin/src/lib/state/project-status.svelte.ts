import { findRunning, type AppSummary } from '#lib/api/apps.ts';
import { pb } from '#lib/api/client.ts';
import type { Rollout } from '#lib/api/records.ts';
import type { Frame } from '#lib/api/sse.ts';
import { openStream } from '#lib/api/stream.ts';

/** What the table of a project's apps shows beyond their records: images and counts. */
export class ProjectStatus {
  /** by the id of the app, as `statuses` is */
  running: Record<string, Rollout> = $state.raw({});
  statuses: Record<string, AppSummary> = $state.raw({});
  runningReady: boolean = $state(false);
  #project = '';
  #stop: (() => void)[] = [];

  open(project: string): void {
    this.close();
    this.#project = project;
    void this.#loadRunning();
    void this.#subscribe(project);
    const stream = new AbortController();
    this.#stop.push(() => stream.abort());
    const path = `/api/davit/v1/projects/${project}/status/stream`;
    void openStream(path, { onFrame: (frame) => this.#take(frame) }, stream.signal);
  }

  close(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#project = '';
    this.running = {};
    this.statuses = {};
    this.runningReady = false;
  }

  #take(frame: Frame): void {
    if (frame.event !== 'status') return;
    const status = JSON.parse(frame.data) as AppSummary;
    this.statuses = { ...this.statuses, [status.deploymentId]: status };
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
      // no push of rollouts: the statuses still arrive
    }
  }
}
