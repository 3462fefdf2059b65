import type { Page } from '@playwright/test';
import { expectNoViolations, untilShown } from '#testing/browser/axe.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { screens } from '#testing/browser/screens.ts';

// One test per screen, so that workers share them and a failure names its screen.
test.describe.configure({ mode: 'parallel' });

const phone = { width: 390, height: 844 };

async function expectToFitAPhone(page: Page, what: string): Promise<void> {
  await untilShown(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(width, `${what}: width on a phone`).toBeLessThanOrEqual(phone.width);
}

/** Checks the screen as it is shown now: axe finds no problems in light and dark, and it fits a phone. */
async function expectGoodScreen(page: Page): Promise<void> {
  await expectNoViolations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectNoViolations(page, 'colours');
  await page.setViewportSize(phone);
  await expectToFitAPhone(page, 'English');
}

for (const [name, pathOf] of screens) {
  test(`${name}: axe finds nothing in light and dark, and it fits a phone in English and Japanese`, async ({
    open,
    seeded,
  }) => {
    const page = await open({ as: seeded.admin, colorScheme: 'light' });
    await page.goto(pathOf(seeded));
    await expectGoodScreen(page);
    const held = { viewport: phone, isMobile: true, hasTouch: true, locale: 'ja-JP' };
    const inHand = await open({ as: seeded.admin, ...held });
    await inHand.goto(pathOf(seeded));
    await expectToFitAPhone(inHand, 'Japanese');
  });
}

for (const path of ['/sign-in', '/invite/not-a-token']) {
  test(`${path} for signed-out users: axe finds nothing in light and dark, and it fits a phone`, async ({
    open,
  }) => {
    const page = await open({ colorScheme: 'light' });
    await page.goto(path);
    await expectGoodScreen(page);
  });
}

for (const path of [
  '/incidents',
  '/jobs',
  '/settings/tools',
  '/settings/api-keys',
  '/settings/audit-log',
  '/runs/none',
]) {
  test(`${path} of an empty company: axe finds nothing in light and dark, and it fits a phone`, async ({
    company,
    open,
  }) => {
    const page = await open({ as: company.admin, colorScheme: 'light', expected: /404 \(Not Found\)/ });
    await page.goto(path);
    await expectGoodScreen(page);
  });
}

test('a screen for admins only, opened by staff: axe finds nothing in light and dark, and it fits a phone', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.staff, colorScheme: 'light', expected: /403 \(Forbidden\)/ });
  await page.goto('/settings/members');
  await expectGoodScreen(page);
});

const openings: readonly (readonly [path: string, role: 'button' | 'link', name: string])[] = [
  ['/settings/members', 'button', 'Invite'],
  ['/settings/tools', 'button', 'Add tool'],
  ['/settings/api-keys', 'button', 'Create key'],
  ['/settings/tools', 'link', 'Edit'],
  ['/settings/tools', 'link', 'Delete'],
  ['/settings/members', 'link', 'Make staff'],
  ['/settings/members', 'link', 'Remove'],
];
for (const [path, role, name] of openings) {
  test(`the dialog “${name}” on ${path}: axe finds nothing in light and dark, and it fits a phone`, async ({
    open,
    seeded,
  }) => {
    const page = await open({ as: seeded.admin, colorScheme: 'light' });
    await page.goto(path);
    await page.getByRole(role, { name, exact: true }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectGoodScreen(page);
  });
}

test('the account menu: axe finds nothing in light and dark, and it fits a phone', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.admin, colorScheme: 'light' });
  await page.goto('/settings/account');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expectGoodScreen(page);
});

test('the chart of a job as a table: axe finds nothing in light and dark, and it fits a phone', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.admin, colorScheme: 'light' });
  await page.goto(`/jobs/${seeded.longJobId}`);
  await page.getByText('Show as a table').click();
  await expect(page.getByText('Hide the table')).toBeVisible();
  await expect(page).toHaveTitle(/TC Portal/);
  await expectGoodScreen(page);
});

for (const locale of ['ja-JP', 'en-US']) {
  test(`the menus work on a phone in ${locale}`, async ({ open, seeded }) => {
    const page = await open({ as: seeded.admin, viewport: phone, isMobile: true, hasTouch: true, locale });
    await page.goto('/incidents');
    const menu = page.getByRole('navigation', { name: /Main menu|メインメニュー/ });
    for (const entry of await menu.getByRole('link').all()) await expect(entry).toBeInViewport({ ratio: 1 });
    await menu.getByRole('link').nth(1).tap();
    await expect(page).toHaveURL('/jobs');
    await page.getByRole('button', { name: /Account menu|アカウントメニュー/ }).tap();
    await expect(page.getByRole('button', { name: /Sign out|サインアウト|ログアウト/ })).toBeInViewport({
      ratio: 1,
    });
    await expectToFitAPhone(page, 'account menu');
  });

  test(`the first steps of an empty company fit a phone in ${locale}`, async ({ company, open }) => {
    const held = { viewport: phone, isMobile: true, hasTouch: true, locale };
    const guest = await open(held);
    await guest.goto('/sign-in');
    await expectToFitAPhone(guest, 'sign-in');
    const empty = await open({ as: company.admin, ...held });
    await empty.goto('/incidents');
    await expectToFitAPhone(empty, 'incidents of an empty company');
    await empty.goto('/settings/api-keys');
    await empty.getByRole('main').getByRole('button').first().tap();
    await expect(empty.getByRole('dialog')).toBeVisible();
    await expectToFitAPhone(empty, 'dialog');
  });
}
