import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const colourRules = ['color-contrast', 'link-in-text-block'];

/** Waits until the page's skeleton has given way to what it stands for, and nothing fades any more. */
export async function untilShown(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Infinity)
        .map(({ finished }) => finished),
    ),
  );
}

/** Expects that axe finds nothing; in the other theme only its colours can differ. */
export async function expectNoViolations(page: Page, rules: 'all' | 'colours' = 'all'): Promise<void> {
  await untilShown(page);
  const builder = new AxeBuilder({ page });
  const { violations } = await (
    rules === 'all' ? builder.withTags(tags) : builder.withRules(colourRules)
  ).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`),
  );
  expect.soft(found, `axe: ${rules}`).toEqual([]);
}
