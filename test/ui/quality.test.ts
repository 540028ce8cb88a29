import { chromium, has } from '@davit/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOOKS } from './looks.ts';
import type { Look } from './look.ts';
import { colourFindingsOf, findingsOf } from './page-quality.ts';
import { stagedWorld } from './staged-world.ts';
import type { StagedWorld } from './staged-world.ts';
import { visit } from './visit.ts';
import type { Visit } from './visit.ts';

const SCREENS = ['desk', 'phone'] as const;

async function openedQuietly(there: Visit, open: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await open();
      return;
    } catch (error) {
      if (attempt === 3 || !there.upset()) throw error;
    }
  }
}

describe.runIf(has('chromium'))('every page, in light and dark', () => {
  let world: StagedWorld;
  let browser: Browser;
  const visits = new Map<string, Promise<Visit>>();
  beforeAll(async () => {
    world = await stagedWorld();
    browser = await chromium();
  });
  afterAll(async () => {
    await browser?.close();
    await world?.[Symbol.asyncDispose]();
  });

  /** One browser for each person and screen: to open them costs more than the pages do. */
  function visitor(screen: (typeof SCREENS)[number], who: Look['who']): Promise<Visit> {
    const key = `${screen} ${who ?? 'owner'}`;
    const { newcomer, owner, superuser } = world;
    const account = { nobody: undefined, newcomer, owner, superuser };
    const options = { url: world.server.url, screen, account: account[who ?? 'owner'] };
    const opening = visits.get(key) ?? visit(browser, options);
    visits.set(key, opening);
    return opening;
  }

  describe.each(SCREENS)('on a %s', (screen) => {
    test.each(LOOKS)('$name', async ({ name, path, ready, who, refused }) => {
      const there = await visitor(screen, who);
      const { page } = there;
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await openedQuietly(there, async () => {
        await page.goto(path(world));
        await ready(page);
      });
      await there.shoot(`${name}-${screen}-light`);
      const light = await findingsOf(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-theme=dark]').waitFor();
      await there.shoot(`${name}-${screen}-dark`);
      const dark = await colourFindingsOf(page);
      const complaints = there.complaints();
      expect({ light, dark }).toEqual({ light: [], dark: [] });
      expect(refused === true ? [] : complaints).toEqual([]);
    });
  });
});
