import { chromium, loadGenerator } from '@davit/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ref } from '../product/app.ts';
import { getOnce } from '../product/get-once.ts';
import { EMAIL, PASSWORD } from '../product/server.ts';

const PATIENCE = { timeout: 60_000 };

/** The product on one engine. */
export interface StoryWorld extends AsyncDisposable {
  readonly url: string;
  /** where an app answers */
  serviceUrl(ref: Ref): Promise<string>;
  /** changes the image's tag behind the product's back; absent where an engine has no such back */
  editTag?(ref: Ref, tag: string): Promise<void>;
}

/** One person's way through the product, by clicking, on a real engine. The tests build on each other. */
export function story(
  engine: string,
  { world, skip, edits }: { world: () => Promise<StoryWorld>; skip: boolean; edits: boolean },
): void {
  describe.skipIf(skip)(`an app in the browser, on ${engine}`, () => {
    let davit: StoryWorld;
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      davit = await world();
      browser = await chromium();
      page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // the browser itself says that a request answered 400
        const expected = message.text().includes('400 (Bad Request)');
        if (['error', 'warning'].includes(message.type()) && !expected)
          complaints.push(message.text());
      });
    });
    afterAll(async () => {
      await browser?.close();
      await davit?.[Symbol.asyncDispose]();
    });

    const phase = (name: string): Promise<unknown> =>
      page.waitForSelector(`main [data-phase=${name}]`, PATIENCE);
    const tab = (name: string): Promise<void> =>
      page.getByRole('link', { name, exact: true }).first().click();
    const button = (name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).last().click();

    /** Where the app is on the engine; read from the address of the page. */
    const ids = (): Ref => {
      const match = /projects\/([a-z0-9]{15})\/apps\/([a-z0-9]{15})/.exec(page.url());
      return { project: match?.[1] ?? '', deployment: match?.[2] ?? '' };
    };
    const serviceUrl = (): Promise<string> => davit.serviceUrl(ids());
    const answer = async (): Promise<string | undefined> =>
      getOnce(await serviceUrl()).catch(() => undefined);
    const changeImage = async (image: string): Promise<void> => {
      await button('Change image');
      await page.getByLabel('Image', { exact: true }).last().fill(image);
      await button('Roll out');
    };

    test('signs in and creates a project', async () => {
      await page.goto(davit.url);
      await page.getByLabel('Email').fill(EMAIL.user);
      await page.getByLabel('Password').fill(PASSWORD);
      await button('Sign in');
      await page.getByRole('button', { name: 'Create your first project' }).click();
      await page.getByLabel('Name').fill('Shop');
      await button('Create project');
      await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
    });

    test('is told at the field what is wrong, corrects it, and watches the app come up', async () => {
      await page
        .getByRole('link', { name: /Create your first app|New app/ })
        .first()
        .click();
      await page.getByLabel('Name', { exact: true }).first().fill('storefront');
      await page.getByLabel('Image', { exact: true }).fill('davit.test/web:1');
      await page.getByLabel('Port').first().fill('8080');
      await page.getByLabel('CPU limit').fill('abc');
      await button('Create app');
      await page.waitForSelector('[aria-invalid=true]');
      await page.getByLabel('CPU limit').fill('500m');
      await page.getByRole('button', { name: /^(Create app|Try again)$/ }).click();
      await phase('Running');
      await page.getByText('1 of 1 ready').first().waitFor();
      await expect.poll(answer, PATIENCE).toBe('one');
    });

    test('sees instance, events and log lines arrive', async () => {
      await page
        .getByRole('button', { name: /Actions for / })
        .first()
        .waitFor();
      await page.getByText('Started').first().waitFor(PATIENCE);
      await tab('Logs');
      await page.getByRole('log').waitFor();
      await expect.poll(() => page.getByRole('log').innerText(), PATIENCE).not.toBe('');
      await tab('Overview');
    });

    test('changes the image without a dropped request, and rolls back', async () => {
      await using load = await loadGenerator(await serviceUrl(), {
        rate: 100,
        connections: 10,
        keepAlive: false,
      });
      await changeImage('davit.test/web:2');
      const bodies = async (): Promise<string> => JSON.stringify((await load.counts()).bodies);
      await expect.poll(bodies, PATIENCE).toContain('two');
      await phase('Running');
      await tab('Rollouts');
      await page
        .getByRole('button', { name: /^Roll back to .*web:1/ })
        .first()
        .click();
      await button('Roll back');
      await expect.poll(() => page.getByText('Current').count(), PATIENCE).toBeGreaterThan(0);
      // both answer until the newer instance is gone
      const answers = async (): Promise<unknown[]> => {
        const heard = new Set<unknown>();
        for (let asked = 0; asked < 20; asked += 1) heard.add(await answer());
        return [...heard];
      };
      await expect.poll(answers, PATIENCE).toEqual(['one']);
      const { failed, errors } = await load.stop();
      expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
      await tab('Overview');
      await phase('Running');
    });

    test('reads why an image cannot be pulled while the old one serves', async () => {
      await changeImage('davit.test/web:no-such-tag');
      await page
        .getByText(/no-such-tag/)
        .first()
        .waitFor(PATIENCE);
      await expect.poll(() => page.locator('main').innerText(), PATIENCE).toMatch(/pull/i);
      expect(await answer()).toBe('one');
      await changeImage('davit.test/web:2');
      await phase('Running');
    });

    test.runIf(edits)('sees an edit on the engine as drift and adopts it', async () => {
      await davit.editTag?.(ids(), '3');
      await page.getByRole('button', { name: 'Review' }).click(PATIENCE);
      await button('Adopt change');
      await expect
        .poll(() => page.getByRole('button', { name: 'Review' }).count(), PATIENCE)
        .toBe(0);
      await phase('Running');
      await expect.poll(answer, PATIENCE).toBe('three');
    });

    test('stops, knowing that data is kept, and starts again', async () => {
      await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
      await expect.poll(() => page.getByRole('dialog').innerText()).toMatch(/kept/i);
      await button('Stop app');
      await phase('Stopped');
      await page.getByRole('button', { name: 'Start', exact: true }).first().click();
      await phase('Running');
    });

    test('had nothing to complain about', () => {
      // an engine's networks come and go on this very host, which a browser takes for its own
      const own = complaints.filter((text) => !text.includes('ERR_NETWORK_CHANGED'));
      expect(own).toEqual([]);
    });
  });
}
