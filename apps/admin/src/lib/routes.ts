import { resolve } from '$app/paths';

export const TABS = ['overview', 'logs', 'rollouts', 'settings'] as const;
export type Tab = (typeof TABS)[number];

/** Every address of the UI, so that a link cannot be misspelt. */
export const routes = {
  login: (): string => resolve('/(auth)/login'),
  projects: (): string => resolve('/(app)/projects'),
  project: (project: string): string => resolve('/(app)/projects/[project]', { project }),
  newApp: (project: string): string => resolve('/(app)/projects/[project]/apps/new', { project }),
  app: (project: string, app: string, tab: Tab = 'overview'): string =>
    resolve('/(app)/projects/[project]/apps/[app]', { project, app }) +
    (tab === 'overview' ? '' : `?tab=${tab}`),
};
