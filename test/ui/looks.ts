import type { Page } from 'playwright-core';
import { FRONT } from './front-looks.ts';
import { SETTINGS } from './settings-looks.ts';
import type { Look } from './look.ts';
import type { StagedWorld } from './staged-world.ts';

const app =
  (name: string, tab = '') =>
  ({ project, apps }: StagedWorld): string =>
    `/_/projects/${project}/apps/${apps[name] ?? ''}${tab === '' ? '' : `?tab=${tab}`}`;
const newApp = ({ project }: StagedWorld): string => `/_/projects/${project}/apps/new`;
const projects = (): string => '/_/projects';

const phase = (name: string) => (page: Page) =>
  page.locator(`main [data-phase=${name}]`).first().waitFor();
const text = (what: string | RegExp) => (page: Page) => page.getByText(what).first().waitFor();
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).last().click();

const PROJECTS: Look[] = [
  {
    name: 'projects',
    path: projects,
    ready: (page) => page.getByRole('heading', { level: 2, name: 'playground' }).waitFor(),
  },
  { name: 'projects-empty', path: projects, who: 'newcomer', ready: text('No projects yet') },
  {
    name: 'projects-create',
    path: projects,
    async ready(page) {
      await press(page, 'Create project');
      await page.getByLabel('Name').fill('far too long for a project');
      await page.getByText('At most 20 characters; this has 26.').waitFor();
    },
  },
  {
    name: 'project',
    path: ({ project }) => `/_/projects/${project}`,
    ready: (page) => page.locator('main [data-phase=Failed]').waitFor(),
  },
  {
    name: 'project-empty',
    path: ({ playground }) => `/_/projects/${playground}`,
    ready: text('No apps yet'),
  },
  {
    name: 'project-unknown',
    path: () => '/_/projects/unknown',
    refused: true,
    ready: (page) =>
      page
        .getByRole('link', { name: /projects/i })
        .last()
        .waitFor(),
  },
];

const NEW_APP: Look[] = [
  { name: 'new-app', path: newApp, ready: text('Container') },
  {
    name: 'new-app-errors',
    path: newApp,
    async ready(page) {
      await page.getByLabel('Name', { exact: true }).first().fill('web');
      await page.getByLabel('Image', { exact: true }).fill('nginx:1.29');
      await page.getByLabel('CPU limit').fill('many');
      await press(page, 'Add variable');
      await page.getByLabel('Variable 1 name').fill('not a name');
      await press(page, 'Add volume');
      await press(page, 'Create app');
      await page.locator('[aria-invalid=true]').first().waitFor();
    },
  },
  {
    name: 'new-app-yaml',
    path: newApp,
    async ready(page) {
      await page.getByRole('radio', { name: 'YAML' }).click();
      await page.locator('.cm-content').waitFor();
    },
  },
];

const APP: Look[] = [
  { name: 'app-running', path: app('web'), ready: text('Stopping container') },
  { name: 'app-progressing', path: app('worker'), ready: phase('Progressing') },
  { name: 'app-failed', path: app('search'), ready: text('Back-off pulling image') },
  { name: 'app-degraded', path: app('payments'), ready: phase('Degraded') },
  { name: 'app-stopped', path: app('mailer'), ready: phase('Stopped') },
  { name: 'app-pending', path: app('database'), ready: phase('Pending') },
  {
    name: 'app-rolled-back',
    path: app('checkout'),
    ready: text('https://checkout.example.com/'),
  },
  { name: 'app-completed', path: app('import'), ready: text('It ran to its end.') },
  { name: 'app-unscaled', path: app('catalogue'), ready: text(/metrics server/) },
  { name: 'app-draft', path: app('draft'), ready: text('Nothing has been rolled out yet') },
  { name: 'app-drifted', path: app('metrics'), ready: text('What the engine does for this app') },
  {
    name: 'app-drift-review',
    path: app('metrics'),
    async ready(page) {
      await press(page, 'Review');
      await page.getByRole('button', { name: 'Adopt change' }).waitFor();
    },
  },
  {
    name: 'app-change-image',
    path: app('web'),
    async ready(page) {
      await press(page, 'Change image');
      await page.getByRole('dialog').getByLabel('Image').fill('ghcr.io/acme/web:1.5.0');
    },
  },
  {
    name: 'app-delete',
    path: app('web'),
    async ready(page) {
      await press(page, 'App actions');
      await page.getByRole('menuitem', { name: 'Delete app' }).click();
      await page.getByLabel(/to confirm/).waitFor();
    },
  },
  {
    name: 'palette',
    path: app('web'),
    async ready(page) {
      await page.getByText('2 of 2 ready').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search pages and actions' }).waitFor();
    },
  },
];

const TABS: Look[] = [
  { name: 'logs', path: app('web', 'logs'), ready: text('request served') },
  {
    name: 'logs-search',
    path: app('web', 'logs'),
    async ready(page) {
      await page.getByText('request served').first().waitFor();
      await page.getByLabel('Search logs').fill('payments');
      await page.getByLabel('Next match').click();
      await page.locator('mark').first().waitFor();
    },
  },
  {
    name: 'logs-empty',
    path: app('worker', 'logs'),
    ready: text('Nothing has been written yet'),
  },
  { name: 'rollouts', path: app('web', 'rollouts'), ready: text('3 rollouts') },
  {
    name: 'rollouts-roll-back',
    path: app('web', 'rollouts'),
    async ready(page) {
      await page
        .getByRole('button', { name: /^Roll back to/ })
        .first()
        .click();
      await page.getByText('after the roll back').waitFor();
    },
  },
  { name: 'settings', path: app('web', 'settings'), ready: text('Danger zone') },
  {
    name: 'settings-changed',
    path: app('web', 'settings'),
    async ready(page) {
      await page.getByLabel('Minimum replicas').fill('3');
      await page.getByText('1 change').waitFor();
    },
  },
];

export const LOOKS: Look[] = [...FRONT, ...PROJECTS, ...NEW_APP, ...APP, ...TABS, ...SETTINGS];
