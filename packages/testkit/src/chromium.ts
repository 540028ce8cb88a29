import { existsSync } from 'node:fs';
import { AppError } from '@davit/domain';
import { type Browser, chromium as playwright } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

/** Debian's Chromium, headless, offline but for what the tests open. The caller closes it. */
export async function chromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new AppError('unsupported', `${CHROMIUM} is not installed`);
  return playwright.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
