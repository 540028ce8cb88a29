import { readFile } from 'node:fs/promises';
import { chromium, has } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PASSWORD, startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { visit } from './visit.ts';
import type { Account, Visit } from './visit.ts';

describe.runIf(has('chromium'))('the logs', () => {
  let server: TestServer;
  let browser: Browser;
  let superuser: Account;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium();
    const root = new PocketBase(server.url);
    superuser = await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
    // more than one answer holds: half of them fine, half of them not
    for (let asked = 0; asked < 60; asked += 1) {
      await ask(`/api/collections/projects/records?number=${asked}`);
      await ask(`/api/collections/ghosts/records?number=${asked}`);
    }
    await ask('/api/settings', superuser.token);
    const written = async (): Promise<number> =>
      (await root.logs.getList(1, 1, { filter: "message ~ 'number=' || message ~ 'settings'" }))
        .totalItems;
    await vi.waitFor(async () => expect(await written()).toBe(121), 30_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    there = await visit(browser, { url: server.url, account: superuser });
    ({ page } = there);
  });
  afterEach(() => there.context.close());

  const ask = (path: string, authorization = ''): Promise<Response> =>
    fetch(server.url + path, { headers: { authorization } });
  const rows = (): Locator => page.locator('tbody tr');
  const search = (): Locator => page.getByLabel('Search the log');
  async function open(query = "message ~ 'number='"): Promise<void> {
    await page.goto(`/_/logs?filter=${encodeURIComponent(query)}`);
    await rows().first().waitFor();
  }

  test('are read newest first, and further on demand', async () => {
    await open();
    await page.getByText('Showing 50 of 120 entries').waitFor();
    expect(await rows().first().innerText()).toMatch(/ghosts.*number=59[^]*404/);
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('Showing 100 of 120 entries').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('Showing 120 of 120 entries').waitFor();
    await expect.poll(() => rows().last().innerText()).toContain('projects/records?number=0');
    await expect.poll(() => page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    expect(there.complaints()).toEqual([]);
  });

  test('are narrowed by words, filter, level and hour; the address keeps it', async () => {
    await open();
    await page.getByLabel('Level').selectOption('Errors');
    await page.getByText('Showing 50 of 60 entries').waitFor();
    await search().fill("message ~ 'number=59'");
    await search().press('Enter');
    await expect.poll(() => rows().count()).toBe(1);
    const bar = page.getByRole('button', { name: /: 1 entry, 1 error$/ });
    await bar.click();
    await expect.poll(() => bar.getAttribute('aria-pressed')).toBe('true');
    await page.reload();
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByRole('button', { name: 'Show all times' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).toBe(null);
    await search().fill('no such words');
    await search().press('Enter');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText(/^Showing 50 of/).waitFor();
  });

  test('say at the field that a filter cannot be read', async () => {
    await open();
    await search().fill('data.status >=');
    await search().press('Enter');
    await page.locator('input[aria-invalid=true]').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await rows().first().waitFor();
    await expect.poll(() => search().getAttribute('aria-invalid')).toBe(null);
  });

  test('leave out what superusers asked for, until they are wanted', async () => {
    await open("message ~ 'number=1' || message = 'GET /api/settings'");
    const theirs = rows().filter({ hasText: 'GET /api/settings' });
    expect(await theirs.count()).toBe(0);
    await page.getByLabel('Include requests by superusers').check();
    await expect.poll(() => theirs.count()).toBe(1);
  });

  test('show all of an entry, to copy and to save', async () => {
    await open("message ~ 'ghosts' && message ~ 'number=7'");
    await rows().first().getByRole('button').click();
    await page.getByRole('dialog').getByText('404').first().waitFor();
    await page.reload();
    await page.getByLabel('Entry as JSON').getByText('"status": 404').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download entry' }).click();
    const saved = JSON.parse(await readFile(await (await download).path(), 'utf8')) as object;
    expect(saved).toMatchObject({ level: 8, data: { status: 404, type: 'request' } });
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).searchParams.get('logId')).toBe(null);
  });

  test('come by themselves when asked to', async () => {
    await page.goto(`/_/logs?filter=${encodeURIComponent("message ~ 'late'")}`);
    await page.getByText('Nothing matches').waitFor();
    await page.getByLabel('Auto refresh').check();
    await ask('/api/health?late');
    await expect.poll(() => rows().count(), { timeout: 30_000 }).toBe(1);
  });

  test('are kept as the settings say, and deleted', async () => {
    await page.goto('/_/logs');
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Log settings' }).click();
    await page.getByLabel('Max days retention').fill('7');
    await page.getByLabel('Enable Auth Id logging').check();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('The settings of the log are saved.').waitFor();
    const { logs } = (await (await ask('/api/settings', superuser.token)).json()) as {
      logs: object;
    };
    expect(logs).toMatchObject({ maxDays: 7, logAuthId: true, logIP: true, minLevel: 0 });
    await page.getByRole('button', { name: 'Log settings' }).click();
    await page.getByRole('button', { name: 'Delete all logs' }).click();
    await page.getByRole('button', { name: 'Delete all logs' }).last().click();
    await page.getByText('Nothing has been logged yet').waitFor();
  });
});
