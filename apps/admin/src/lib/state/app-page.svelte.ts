import type { DeploymentRef, Phase } from '@davit/domain';
import * as api from '#lib/api/apps.ts';
import { toProblem } from '#lib/api/problem.ts';
import type { Deployment, Manifest, Rollout } from '#lib/api/records.ts';
import { imageOf } from '#lib/manifest/image.ts';
import { shownPhase } from '#lib/status/phase.ts';
import { AppHistory } from './app-history.svelte.ts';
import { AppWatch } from './app-watch.svelte.ts';
import { toasts } from './toasts.svelte.ts';
import { workspace } from './workspace.svelte.ts';

/** Everything the page of one app shows and does; its tabs share it. */
export class AppPage {
  readonly watch: AppWatch = new AppWatch();
  readonly history: AppHistory = new AppHistory();
  projectId: string = $state('');
  appId: string = $state('');
  /** the action that runs now, so that its button can say so */
  busy: string = $state('');

  record: Deployment | undefined = $derived(workspace.apps.find(this.appId));
  phase: Phase | '' = $derived.by(() => {
    if (this.history.phase === 'ready' && this.history.latest === undefined) return '';
    if (this.watch.status !== undefined) return shownPhase(this.watch.status);
    return this.record?.phase ? shownPhase(this.record) : 'Unknown';
  });
  reason: string = $derived(this.watch.status?.reason ?? this.record?.reason ?? '');
  message: string = $derived(this.watch.status?.message ?? this.record?.message ?? '');
  image: string = $derived(imageOf((this.history.running ?? this.history.latest)?.manifest));
  drifted: boolean = $derived(
    this.record?.drifted === true || this.watch.status?.drift !== undefined,
  );

  get ref(): DeploymentRef {
    return { projectId: this.projectId, deploymentId: this.appId };
  }

  open(projectId: string, appId: string): void {
    this.projectId = projectId;
    this.appId = appId;
    this.watch.open(this.ref);
    this.history.open(appId);
  }

  close(): void {
    this.watch.close();
    this.history.close();
  }

  /** Saves a changed manifest as a new rollout. */
  async deploy(manifest: Manifest): Promise<Rollout> {
    if (this.record === undefined) throw new Error('The app is not loaded yet.');
    const rollout = await api.createRollout(this.record, manifest);
    await this.history.reload();
    return rollout;
  }

  stop(): Promise<boolean> {
    const running = this.history.running;
    return this.#background('stop', 'The app is stopping. Its data is kept.', async () => {
      if (running !== undefined) await api.stopRollout(running.id);
    });
  }

  start(): Promise<boolean> {
    const latest = this.history.latest;
    return this.#background('start', 'The app is starting.', async () => {
      if (latest !== undefined) await api.resumeRollout(latest.id);
    });
  }

  restart(): Promise<boolean> {
    return this.#background('restart', 'The instances are being replaced.', () =>
      api.restartApp(this.ref),
    );
  }

  removeInstance(name: string): Promise<boolean> {
    return this.#background(`instance ${name}`, `Instance ${name} is being replaced.`, () =>
      api.removeInstance(this.ref, name),
    );
  }

  adopt(): Promise<boolean> {
    return this.#background('adopt', 'The change is now a rollout of its own.', () =>
      api.adoptDrift(this.ref),
    );
  }

  revert(): Promise<boolean> {
    return this.#background('revert', 'The stored configuration is being restored.', () =>
      api.revertDrift(this.ref),
    );
  }

  async rollBack(rollout: Rollout): Promise<void> {
    await api.resumeRollout(rollout.id);
    await this.history.reload();
    toasts.success(`Rolling back to ${imageOf(rollout.manifest)}.`);
  }

  async #background(name: string, done: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy !== '') return false;
    this.busy = name;
    try {
      await work();
      toasts.success(done);
      await this.history.reload();
      return true;
    } catch (error) {
      toasts.error(toProblem(error).message);
      return false;
    } finally {
      this.busy = '';
    }
  }
}
