import type { Page } from 'playwright-core';
import type { Look } from './look.ts';

const keys = (): string => '/_/settings/api-keys';
const audit = (): string => '/_/settings/audit-log';
const text = (what: string | RegExp) => (page: Page) => page.getByText(what).first().waitFor();
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).last().click();
async function beginKey(page: Page): Promise<void> {
  await text('pipeline')(page);
  await press(page, 'Create API key');
  await page.getByText('@platform:deploy').last().waitFor();
}

const KEYS: Look[] = [
  { name: 'api-keys', path: keys, ready: text('pipeline') },
  { name: 'api-keys-empty', path: keys, who: 'newcomer', ready: text('No API keys yet') },
  {
    name: 'api-keys-all',
    path: keys,
    who: 'superuser',
    ready: (page) => page.getByText('ada@example.com').filter({ visible: true }).first().waitFor(),
  },
  { name: 'api-keys-create', path: keys, who: 'superuser', ready: beginKey },
  {
    name: 'api-keys-errors',
    path: keys,
    refused: true,
    async ready(page) {
      await beginKey(page);
      await page.getByLabel('Expires after').selectOption('Choose a date…');
      await press(page, 'Add collection');
      await page.getByLabel('Collection 1', { exact: true }).fill('ghosts');
      await press(page, 'Create API key');
      await page.getByText('Must be collection:action').first().waitFor();
    },
  },
  {
    name: 'api-keys-secret',
    path: keys,
    async ready(page) {
      await page.route('**/api/davit/v1/api-keys', (route) =>
        route.request().method() === 'POST'
          ? route.fulfill({ json: { id: 'k', key: `davit_k3a9f1x7q2m5n8b${'wJ4_'.repeat(10)}` } })
          : route.fallback(),
      );
      await beginKey(page);
      await page.getByLabel('Name').fill('nightly');
      await press(page, 'Read only');
      await press(page, 'Create API key');
      await text(/shown only this once/)(page);
    },
  },
  {
    name: 'api-keys-revoke',
    path: keys,
    async ready(page) {
      await page.getByRole('button', { name: 'Revoke pipeline' }).click();
      await text('This cannot be undone.')(page);
    },
  },
];

const AUDIT: Look[] = [
  { name: 'audit', path: audit, who: 'superuser', ready: text('key.create') },
  {
    name: 'audit-nothing',
    path: () => `${audit()}?q=nobody-of-this-name`,
    who: 'superuser',
    ready: text('Nothing matches'),
  },
  {
    name: 'audit-entry',
    path: audit,
    who: 'superuser',
    async ready(page) {
      await page.getByRole('button', { name: 'key.create' }).first().click();
      await page.getByLabel('Entry as JSON').waitFor();
    },
  },
  { name: 'audit-refused', path: audit, ready: text('The audit log is for superusers') },
];

const logs = (): string => '/_/logs';
/** entries are written in groups, every few seconds */
async function logged(page: Page): Promise<void> {
  await page.getByLabel('Auto refresh').check();
  await page.locator('tbody tr').first().waitFor();
  await page.getByLabel('Auto refresh').uncheck();
}

const LOGS: Look[] = [
  { name: 'server-logs', path: logs, who: 'superuser', ready: logged },
  {
    name: 'server-logs-nothing',
    path: () => `${logs()}?filter=no-such-words`,
    who: 'superuser',
    ready: text('Nothing matches'),
  },
  {
    name: 'server-logs-filter',
    path: () => `${logs()}?filter=${encodeURIComponent('data.status >=')}`,
    who: 'superuser',
    refused: true,
    ready: text('The server cannot read this filter'),
  },
  {
    name: 'server-logs-entry',
    path: logs,
    who: 'superuser',
    async ready(page) {
      await logged(page);
      await page.locator('tbody tr').first().getByRole('button').click();
      await page.getByLabel('Entry as JSON').waitFor();
    },
  },
  {
    name: 'server-logs-settings',
    path: logs,
    who: 'superuser',
    async ready(page) {
      await press(page, 'Log settings');
      await page.getByLabel('Max days retention').waitFor();
    },
  },
  { name: 'server-logs-others', path: logs, ready: text('The logs are for superusers') },
];

const account = (): string => '/_/settings/account';

const ACCOUNT: Look[] = [
  { name: 'account', path: account, ready: text('GitHub') },
  { name: 'account-superuser', path: account, who: 'superuser', ready: text('Change email') },
  {
    name: 'account-email',
    path: account,
    refused: true,
    async ready(page) {
      await press(page, 'Change email');
      await page.getByLabel('New email address').fill('grace@example.com');
      await press(page, 'Send the link');
      await text('Another account has this address.')(page);
    },
  },
  {
    name: 'account-password',
    path: account,
    async ready(page) {
      await press(page, 'Change password');
      await page.getByLabel('Current password').waitFor();
    },
  },
];

const backups = (): string => '/_/settings/backups';
const LISTED = [
  { key: 'before_upgrade.zip', size: 48_213_004, modified: '2026-01-30 09:12:44.120Z' },
  {
    key: '@auto_pb_backup_acme_20260131000000.zip',
    size: 912,
    modified: '2026-01-31 00:00:03.002Z',
  },
];
async function listBackups(page: Page): Promise<void> {
  await page.route('**/api/backups', (route) => route.fulfill({ json: LISTED }));
  await page.reload();
  await text('before_upgrade.zip')(page);
  await page.getByLabel('Cron expression').waitFor();
}

const BACKUPS: Look[] = [
  {
    name: 'backups-empty',
    path: backups,
    who: 'superuser',
    async ready(page) {
      await text('No backups yet')(page);
      await page.getByLabel('Cron expression').waitFor();
    },
  },
  { name: 'backups', path: backups, who: 'superuser', ready: listBackups },
  {
    name: 'backups-restore',
    path: backups,
    who: 'superuser',
    async ready(page) {
      await listBackups(page);
      await press(page, 'Actions for before_upgrade.zip');
      await page.getByRole('menuitem', { name: 'Restore' }).click();
      await page.getByLabel(/to confirm/).waitFor();
    },
  },
  {
    name: 'crons',
    path: () => '/_/settings/crons',
    who: 'superuser',
    ready: text('__pbLogsCleanup__'),
  },
];

export const SETTINGS: Look[] = [...KEYS, ...AUDIT, ...LOGS, ...ACCOUNT, ...BACKUPS];
