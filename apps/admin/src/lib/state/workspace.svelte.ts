import type { Deployment, Project } from '#lib/api/records.ts';
import { LiveCollection } from './live-collection.svelte.ts';

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true });

/** All projects and apps of the person signed in: what the shell, the lists and the palette show. */
class Workspace {
  readonly projects: LiveCollection<Project> = new LiveCollection<Project>('projects', {
    compare: byName,
  });
  readonly apps: LiveCollection<Deployment> = new LiveCollection<Deployment>('deployments', {
    compare: byName,
  });
  byProject: Map<string, Deployment[]> = $derived(
    Map.groupBy(this.apps.items, (app) => app.project),
  );

  appsOf(project: string): Deployment[] {
    return this.byProject.get(project) ?? [];
  }

  open(): void {
    void this.projects.open();
    void this.apps.open();
  }

  close(): void {
    this.projects.close();
    this.apps.close();
  }
}

export const workspace: Workspace = new Workspace();
