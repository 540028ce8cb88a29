import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const SCREENSHOTS = join(import.meta.dirname, '../../test-results/screenshots');

export const SCREENS: Record<'desk' | 'phone', BrowserContextOptions> = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** Chromium drops what it loads whenever the host's addresses change, as they do when pods come and go. */
const UPSET = 'ERR_NETWORK_CHANGED';

/** One page of one person's browser. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** what the console complained of since this was last asked; of changed networks it may */
  complaints(): string[];
  /** whether the network changed, since this was last asked */
  upset(): boolean;
  /** writes `test-results/screenshots/<name>.png` */
  shoot(name: string): Promise<void>;
}

/** What a browser keeps of somebody who is signed in. */
export interface Account {
  token: string;
  record: unknown;
}

export interface VisitOptions {
  url: string;
  screen?: keyof typeof SCREENS;
  /** signed in from the beginning */
  account?: Account | undefined;
}

/** Opens a page of a browser that nobody has used yet; it goes with the browser. */
export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { url, screen = 'desk', account } = options;
  const context = await browser.newContext({ ...SCREENS[screen], baseURL: url });
  if (account !== undefined) {
    await context.addInitScript(
      (stored) => localStorage.setItem('davit_auth', stored),
      JSON.stringify(account),
    );
  }
  const page = await context.newPage();
  // not how fast it is, but that it comes: the machine may be busy
  page.setDefaultTimeout(30_000);
  let heard: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  return {
    page,
    context,
    complaints() {
      const all = heard.filter((text) => !text.includes(UPSET));
      heard = heard.filter((text) => text.includes(UPSET));
      return all;
    },
    upset() {
      const { length } = heard;
      heard = heard.filter((text) => !text.includes(UPSET));
      return heard.length < length;
    },
    async shoot(name) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
    },
  };
}
