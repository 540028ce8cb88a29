import { readFile } from 'node:fs/promises';
import { chromium, has } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { visit } from './visit.ts';
import type { Account, Visit } from './visit.ts';

describe.runIf(has('chromium'))('backups and crons', () => {
  let server: TestServer;
  let browser: Browser;
  let root: PocketBase;
  let account: Account;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium();
    root = new PocketBase(server.url);
    account = await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    there = await visit(browser, { url: server.url, account });
    ({ page } = there);
  });
  afterEach(() => there.context.close());

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true }).last();
  async function act(key: string, what: string): Promise<void> {
    await button(`Actions for ${key}`).click();
    await page.getByRole('menuitem', { name: what }).click();
  }

  test('one is made, saved, deleted and brought back', async () => {
    await page.goto('/_/settings/backups');
    await button('Create your first backup').click();
    await page.getByLabel('Name').fill('Not A Name');
    await page.keyboard.press('Enter');
    await page.locator('input[aria-invalid=true]').waitFor();
    await page.getByLabel('Name').fill('one.zip');
    await page.keyboard.press('Enter');
    await button('Actions for one.zip').waitFor();
    const download = page.waitForEvent('download');
    await act('one.zip', 'Download');
    const buffer = await readFile(await (await download).path());
    expect(buffer.subarray(0, 2).toString()).toBe('PK');
    await act('one.zip', 'Delete');
    await button('Delete backup').click();
    await page.getByText('No backups yet').waitFor();
    const picker = page.getByLabel('A backup to upload');
    await picker.setInputFiles({ name: 'bad.zip', mimeType: 'application/zip', buffer: TEXT });
    await page.getByRole('alert').waitFor();
    await picker.setInputFiles({ name: 'two.zip', mimeType: 'application/zip', buffer });
    await button('Actions for two.zip').waitFor();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  test('one is restored only by its name', async () => {
    await root.backups.create('mine.zip');
    await page.goto('/_/settings/backups');
    await act('mine.zip', 'Restore');
    await expect.poll(() => button('Restore backup').isDisabled()).toBe(true);
    const asked = page.waitForRequest('**/api/backups/mine.zip/restore');
    // the server of this test does not start itself anew
    await page.route('**/api/backups/mine.zip/restore', (route) => route.fulfill({ status: 204 }));
    await page.getByLabel(/to confirm/).fill('mine.zip');
    await button('Restore backup').click();
    await asked;
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await button('Actions for mine.zip').waitFor();
  });

  test('they are made on a schedule, which is checked', async () => {
    await page.goto('/_/settings/backups');
    const cron = page.getByLabel('Cron expression');
    await cron.fill('every night');
    await button('Save schedule').click();
    await page.locator('input[aria-invalid=true]').waitFor();
    await button('Daily').click();
    await page.getByLabel('Max @auto backups to keep').fill('7');
    await button('Save schedule').click();
    await page.getByText('The schedule is saved.').waitFor();
    const { backups } = await root.settings.getAll();
    expect(backups).toMatchObject({ cron: '0 0 * * *', cronMaxKeep: 7 });
    await page.goto('/_/settings/crons');
    await page.getByText('__pbAutoBackup__').waitFor();
    await button('Run __pbLogsCleanup__').click();
    await page.getByText('__pbLogsCleanup__ is started.').waitFor();
    expect(there.complaints().filter((text) => !text.includes('400 (Bad Request)'))).toEqual([]);
  });
});

const TEXT = Buffer.from('no zip at all');
