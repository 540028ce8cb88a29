import { resolve } from '$app/paths';
import type { Confirmation } from '#lib/auth/hash-link.ts';
import type { Realm } from '#lib/auth/realm.ts';

export const TABS = ['overview', 'logs', 'rollouts', 'settings'] as const;
export type Tab = (typeof TABS)[number];

/** Every address of the UI, so that a link cannot be misspelt. */
export const routes = {
  login: (realm?: Realm): string => resolve('/(auth)/login') + as(realm),
  forgotPassword: (realm?: Realm): string => resolve('/(auth)/forgot-password') + as(realm),
  install: (token: string): string => resolve('/(auth)/pbinstall/[token]', { token }),
  /** the token stays behind the hash, which browsers send to nobody */
  confirm: (what: Confirmation, token: string): string =>
    `${resolve(`/(auth)/confirm/${what}`)}#${token}`,
  oauth2: (outcome: 'success' | 'failure'): string => resolve(`/(auth)/oauth2/${outcome}`),
  projects: (): string => resolve('/(app)/projects'),
  project: (project: string): string => resolve('/(app)/projects/[project]', { project }),
  newApp: (project: string): string => resolve('/(app)/projects/[project]/apps/new', { project }),
  app: (project: string, app: string, tab: Tab = 'overview'): string =>
    resolve('/(app)/projects/[project]/apps/[app]', { project, app }) +
    (tab === 'overview' ? '' : `?tab=${tab}`),
  apiKeys: (): string => resolve('/(app)/settings/api-keys'),
  auditLog: (): string => resolve('/(app)/settings/audit-log'),
  logs: (): string => resolve('/(app)/logs'),
  account: (): string => resolve('/(app)/settings/account'),
  backups: (): string => resolve('/(app)/settings/backups'),
  crons: (): string => resolve('/(app)/settings/crons'),
};

const AREAS = ['projects', 'logs', 'settings'] as const;
/** What the rail leads to. */
export type Area = (typeof AREAS)[number];

/** Where a route belongs, by its id. */
export const areaOf = (route: string | null): Area | undefined =>
  AREAS.find((area) => route?.startsWith(`/(app)/${area}`));

const as = (realm: Realm | undefined): string =>
  realm === undefined ? '' : `?as=${realm === 'users' ? 'user' : 'superuser'}`;
