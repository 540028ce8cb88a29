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

export const SETTINGS: Look[] = [...KEYS, ...AUDIT];
