import { chromium, has } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { visit } from './visit.ts';

describe.runIf(has('chromium'))('the form of a new app', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let project: string;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium();
    const client = new PocketBase(server.url);
    const { record, token } = await client
      .collection('users')
      .authWithPassword('user@example.com', PASSWORD);
    const made = await client.collection('projects').create({ name: 'shop', user: record.id });
    project = made.id;
    ({ page } = await visit(browser, { url: server.url, account: { token, record } }));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await page.goto(`/_/projects/${project}/apps/new`);
    await page.getByLabel('Image', { exact: true }).fill('nginx:1.29');
  });

  const hasCursor = (field: Locator): Promise<boolean> =>
    field.evaluate((input) => {
      const { top, bottom } = input.getBoundingClientRect();
      return input.matches(':focus') && top >= 0 && bottom <= innerHeight;
    });

  test('shows the field that is wrong as often as it is sent', async () => {
    const limit = page.getByLabel('CPU limit');
    await page.getByLabel('Name', { exact: true }).first().fill('web');
    await limit.fill('many');
    for (let sent = 0; sent < 2; sent += 1) {
      await page.locator('main').evaluate((main) => main.scrollTo(0, 0));
      await page.keyboard.press('Control+Enter');
      await expect.poll(() => hasCursor(limit)).toBe(true);
    }
    await page.getByLabel('CPU limit').fill('500m');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/apps\/[a-z0-9]{15}$/);
  });

  test('says all that is wrong at once', async () => {
    const name = page.getByLabel('Name', { exact: true }).first();
    await page.getByLabel('CPU limit').fill('many');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => hasCursor(name)).toBe(true);
    await page.getByText('Enter a name.').waitFor();
    expect(await page.getByLabel('CPU limit').getAttribute('aria-invalid')).toBe('true');
  });
});
