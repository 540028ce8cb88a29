import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** What is wrong with a page as it stands, in words: accessibility and width. */
export async function findingsOf(page: Page): Promise<string[]> {
  return [...(await violations(page)), ...(await overflow(page))];
}

/** What is wrong with its colours alone: all that another theme changes. */
export const colourFindingsOf = (page: Page): Promise<string[]> =>
  violations(page, ['color-contrast', 'link-in-text-block']);

async function violations(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (runOnly) => {
    const results = await window.axe.run(document, {
      resultTypes: ['violations'],
      ...(runOnly && { runOnly }),
    });
    return results.violations;
  }, rules);
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => {
      const why = failureSummary.replace(/\s+/g, ' ');
      return `${id}: ${help} at ${target.join(' ')} (${why})`;
    }),
  );
}

/** Nothing is wider than the screen, but what scrolls by itself. */
function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main')]
      .map(({ tagName, scrollWidth, clientWidth }) => ({
        tagName,
        over: scrollWidth - clientWidth,
      }))
      .filter(({ over }) => over > 1)
      .map(({ tagName, over }) => `${tagName} is ${over} px too wide`),
  );
}

/** Poll it: the cursor moves after what is seen has changed. */
export const hasFocus = (field: Locator): Promise<boolean> =>
  field.evaluate((element) => element.matches(':focus'));
