import { readFile } from 'node:fs/promises';
import { chromium, has } from '@davit/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { hasFocus } from './page-quality.ts';
import { visit } from './visit.ts';
import type { Visit } from './visit.ts';

describe.runIf(has('chromium'))('the settings', () => {
  let server: TestServer;
  let browser: Browser;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium();
  });
  afterEach(() => there.context.close());
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function signIn(as: 'user' | 'superuser', path: string): Promise<void> {
    there = await visit(browser, { url: server.url });
    ({ page } = there);
    const next = encodeURIComponent(`/_/settings/${path}`);
    await page.goto(`/_/login?as=${as}&next=${next}`);
    await page.getByLabel('Email').fill(as === 'user' ? 'user@example.com' : 'root@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/_/settings/${path}`);
    await page.getByRole('heading', { level: 1, name: /API keys|Audit log/ }).waitFor();
  }
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true }).last();
  const ask = async (key: string, path: string): Promise<number> =>
    (await fetch(server.url + path, { headers: { authorization: key } })).status;
  const rows = (): Locator => page.locator('tbody tr');

  test('a key is made, told once, works, and is revoked', async () => {
    await signIn('user', 'api-keys');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button('Create your first API key').click();
    await page.getByLabel('Name').fill('reader');
    await button('Add collection').click();
    await page.getByLabel('Collection 1', { exact: true }).fill('projects');
    await button('Create API key').click();
    await page.getByText(/shown only this once/).waitFor();
    const secret = await page.locator('[data-secret]').innerText();
    await button('Copy key').click();
    await button('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await button('Done').click();
    await page.getByText('projects:list').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByText(secret).count()).toBe(0);
    expect(await ask(secret, '/api/collections/projects/records')).toBe(200);
    expect(await ask(secret, '/api/collections/rollouts/records')).toBe(403);
    await button('Revoke reader').click();
    await button('Revoke key').click();
    await page.getByText('No API keys yet').waitFor();
    expect(await ask(secret, '/api/collections/projects/records')).toBe(401);
  });

  test('what the server refuses is told at its field, which has the cursor', async () => {
    await signIn('user', 'api-keys');
    await page.keyboard.press('c');
    await button('Create API key').click();
    const name = page.getByLabel('Name');
    await page.getByText('Cannot be blank.').first().waitFor();
    await expect.poll(() => hasFocus(name)).toBe(true);
    await expect.poll(() => page.getByText('Cannot be blank.').count()).toBe(2);
    await name.fill('reader');
    await button('Read only').click();
    await expect.poll(() => page.getByText('Cannot be blank.').count()).toBe(0);
    const wrong = page.getByLabel('Collection 1', { exact: true });
    await wrong.fill('ghosts');
    await button('Create API key').click();
    await page.getByText('Must be collection:action').waitFor();
    await expect.poll(() => hasFocus(wrong)).toBe(true);
  });

  test('the audit log is searched, narrowed, opened and exported', async () => {
    const { tokens } = server;
    for (let made = 0; made < 60; made += 1) {
      const body = JSON.stringify({ name: `key ${made}`, scopes: ['@admin:audit'] });
      const headers = { authorization: tokens.superuser, 'content-type': 'application/json' };
      await fetch(`${server.url}/api/davit/v1/api-keys`, { method: 'POST', headers, body });
    }
    await signIn('superuser', 'audit-log');
    await page.getByText(/^Showing 1–50 of/).waitFor();
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.getByText(/^Showing 51–/).waitFor();
    await page.getByLabel('Action').selectOption('Sign-ins');
    await expect.poll(() => rows().count()).toBe(2);
    expect(new URL(page.url()).searchParams.get('page')).toBe(null);
    expect(await rows().first().innerText()).toContain('root@example.com');
    await page.getByRole('button', { name: 'sign-in' }).first().click();
    await page.getByLabel('Entry as JSON').getByText('"method": "password"').waitFor();
    await page.reload();
    await page.getByLabel('Entry as JSON').waitFor();
    await page.keyboard.press('Escape');
    const download = page.waitForEvent('download');
    await button('Export NDJSON').click();
    const saved = await readFile(await (await download).path(), 'utf8');
    const entries = saved.trimEnd().split('\n');
    expect(entries.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual([
      'sign-in',
      'sign-in',
    ]);
    await page.getByLabel('Search the audit log').fill('no such person');
    await page.getByText('Nothing matches').waitFor();
    await button('Clear filters').click();
    await page.getByText(/^Showing 1–50 of/).waitFor();
    expect(there.complaints()).toEqual([]);
  });

  test('superusers see the keys of all, by their owners', async () => {
    const headers = { authorization: server.tokens.user, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'theirs', scopes: ['*:list'] });
    await fetch(`${server.url}/api/davit/v1/api-keys`, { method: 'POST', headers, body });
    await signIn('superuser', 'api-keys');
    await rows()
      .filter({ hasText: 'theirs' })
      .getByRole('cell', { name: 'user@example.com' })
      .waitFor();
    await page.getByRole('link', { name: 'Audit log' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
  });
});
