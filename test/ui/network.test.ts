import { chromium, has } from '@davit/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { visit } from './visit.ts';
import type { Visit } from './visit.ts';

describe.runIf(has('chromium'))('on a network that changes', () => {
  let server: TestServer;
  let browser: Browser;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    there = await visit(browser, { url: server.url });
    ({ page } = there);
  });
  afterEach(() => there.context.close());

  /** The first request for what matches is dropped, as browsers do then. */
  async function dropOnce(pattern: string): Promise<() => number> {
    let dropped = 0;
    await page.route(pattern, (route) => {
      dropped += 1;
      return dropped === 1 ? route.abort('internetdisconnected') : route.continue();
    });
    return () => dropped;
  }

  test.each(['**/entry/start.*.js', '**/entry/app.*.js', '**/nodes/*.js', '**/auth-methods*'])(
    'the sign-in page comes although %s was lost on the way',
    async (pattern) => {
      const requests = await dropOnce(pattern);
      await page.goto('/_/login');
      await page.getByLabel('Email').waitFor();
      expect(requests()).toBeGreaterThan(1);
    },
  );

  test('what is never to be had says so, and is not asked for without end', async () => {
    let asked = 0;
    // all but the frame of pages, and the page that says so
    await page.route(/\/nodes\/(?![01]\.)/, (route) => {
      asked += 1;
      return route.abort('internetdisconnected');
    });
    await page.goto('/_/login');
    await expect.poll(() => asked).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});
