import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { recordReports, serviceOf } from '#testing/e2e/company.ts';
import type { PortalFacts } from '#testing/e2e/portal-facts.ts';
import { expect, test } from '#testing/e2e/portal-test.ts';
import { screensOf } from '#testing/e2e/seeded-company.ts';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
// The rest of what axe checks is the same in both themes.
const coloursOnly = ['color-contrast', 'link-in-text-block'];

type Theme = 'light' | 'dark';

/** Waits until the page's skeleton has given way to what it stands for. */
const untilShown = (page: Page) => expect(page.locator('[aria-busy=true]')).toHaveCount(0);

async function scan(page: Page, name: string, theme: Theme): Promise<void> {
  await untilShown(page);
  const builder = new AxeBuilder({ page });
  const { violations } = await (
    theme === 'light' ? builder.withTags(tags) : builder.withRules(coloursOnly)
  ).analyze();
  await test
    .info()
    .attach(`axe: ${name}`, { body: JSON.stringify(violations, null, 2), contentType: 'application/json' });
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`),
  );
  expect.soft(found, name).toEqual([]);
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing in ${theme}`, () => {
    test.beforeEach(() => test.setTimeout(240_000));

    test('on the screens of an admin', async ({ open, seeded }) => {
      const page = await open({ as: seeded.admin, colorScheme: theme });
      for (const [name, path] of screensOf(seeded)) {
        await page.goto(path);
        await scan(page, name, theme);
      }
    });

    test('on the screens of an empty company, of staff and of guests', async ({ company, open, seeded }) => {
      const guest = await open({ colorScheme: theme });
      for (const path of ['/sign-in', '/invite/not-a-token']) {
        await guest.goto(path);
        await scan(guest, path, theme);
      }
      const empty = await open({ as: company.admin, colorScheme: theme, expected: /404 \(Not Found\)/ });
      for (const path of [
        '/incidents',
        '/jobs',
        '/settings/tools',
        '/settings/api-keys',
        '/settings/audit-log',
        '/runs/none',
      ]) {
        await empty.goto(path);
        await scan(empty, `${path} of an empty company`, theme);
      }
      const staff = await open({ as: seeded.staff, colorScheme: theme, expected: /403 \(Forbidden\)/ });
      await staff.goto('/settings/members');
      await scan(staff, 'members for staff', theme);
    });

    test('in opened dialogs and menus', async ({ open, seeded }) => {
      const page = await open({ as: seeded.admin, colorScheme: theme });
      for (const [path, button] of [
        ['/settings/members', 'Invite'],
        ['/settings/tools', 'Add tool'],
        ['/settings/api-keys', 'Create key'],
      ] as const) {
        await page.goto(path);
        await page.getByRole('button', { name: button, exact: true }).first().click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await scan(page, `${path}: ${button}`, theme);
      }
      for (const [path, name] of [
        ['/settings/tools', 'Edit'],
        ['/settings/tools', 'Remove'],
        ['/settings/members', 'Make staff'],
        ['/settings/members', 'Remove'],
      ] as const) {
        await page.goto(path);
        await page.getByRole('link', { name, exact: true }).first().click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await scan(page, `${path}: ${name}`, theme);
      }
      await page.goto('/settings/account');
      await page.getByRole('button', { name: /Account menu/ }).click();
      await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
      await scan(page, 'account menu', theme);
      await page.goto(`/jobs/${seeded.longJobId}`);
      await page.getByText('Show as a table').click();
      await expect(page.getByText('Hide the table')).toBeVisible();
      await expect(page).toHaveTitle(/TC Portal/);
      await scan(page, 'chart as a table', theme);
    });
  });
}

test('a dialog that is closed and opened again at once keeps what is typed then', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.admin });
  await page.goto('/settings/tools');
  await page.getByRole('button', { name: 'Add tool' }).click();
  const name = page.getByRole('dialog').getByLabel('Name');
  await name.fill('thrown away');
  // All in one go, before the browser has told anybody that the dialog was closed.
  await name.evaluate((input: HTMLInputElement) => {
    const dialog = input.closest('dialog');
    dialog?.close();
    document.querySelector<HTMLElement>(`button[command=show-modal][commandfor="${dialog?.id}"]`)?.click();
    const fresh = dialog?.querySelector<HTMLInputElement>('input[name=name]');
    if (fresh) fresh.value += 'kept';
  });
  await page.waitForTimeout(200);
  await expect(name).toHaveValue('kept');
});

async function addTool(portal: PortalFacts, tenantId: string): Promise<void> {
  await serviceOf(portal).from('tools').insert({ tenant_id: tenantId, name: 'Payroll' }).throwOnError();
}

test('a dialog that the address opens gives the focus back, and closes when it is done', async ({
  company,
  open,
  portal,
}) => {
  await addTool(portal, company.id);
  const page = await open({ as: company.admin });
  await page.goto('/settings/tools');
  const [edit, remove] = ['Edit', 'Remove'].map((name) => page.getByRole('link', { name, exact: true }));
  const dialog = page.getByRole('dialog');
  await edit!.focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  expect(await dialog.evaluate((element) => element.matches(':modal'))).toBe(true);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL('/settings/tools');
  await expect(edit!).toBeFocused();

  await page.keyboard.press('Enter');
  await dialog.getByRole('link', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(edit!).toBeFocused();

  await page.keyboard.press('Enter');
  await dialog.getByLabel('Name').fill('Wages');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Wages/ })).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expect(edit!).toBeFocused();

  await remove!.click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No tools yet')).toBeVisible();
  await expect(page).toHaveURL('/settings/tools');
});

test('a tool can be changed and removed without JavaScript', async ({ company, open, portal }) => {
  await addTool(portal, company.id);
  const page = await open({ as: company.admin, javaScriptEnabled: false });
  await page.goto('/settings/tools');
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Wages');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL('/settings/tools');
  await expect(page.getByRole('row', { name: /Wages/ })).toBeVisible();
  await page.getByRole('link', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No tools yet')).toBeVisible();
});

// The badge may be asked for once more while the page leads away.
const signedOut = /401 \(Unauthorized\)/;

/** Presses Tab until the element has the focus, as a person without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outline = await target.evaluate((element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return { isVisible: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none' };
      });
      expect(outline, 'the focus can be seen').toEqual({ isVisible: true });
      return;
    }
  }
  throw new Error(`Tab does not reach ${String(target)}`);
}

test('a person with nothing but a keyboard signs in, finds a failed run, makes a key and signs out', async ({
  company,
  open,
  portal,
}) => {
  test.setTimeout(180_000);
  await recordReports(portal, company.id, [
    {
      job_key: 'failing',
      title: 'Failing job',
      state: 'failed',
      message: 'disk full',
      log: { head: 'no space left\n' },
    },
    { job_key: 'working', title: 'Working job' },
  ]);
  const page = await open({ expected: signedOut });
  await page.goto('/sign-in');
  await expect(page.getByLabel('E-mail address')).toBeFocused();
  await page.keyboard.type(company.admin.email);
  await tabTo(page, page.getByLabel('Password'));
  await page.keyboard.type(company.admin.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/incidents');

  await page.reload();
  await tabTo(page, page.getByRole('link', { name: 'Skip to content' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('link', { name: 'Failing job' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Failing job');
  await tabTo(
    page,
    page
      .getByRole('table', { name: /Runs of this job/ })
      .getByRole('link')
      .first(),
  );
  await page.keyboard.press('Enter');
  const log = page.locator('pre');
  await expect(log).toContainText('no space left');
  await tabTo(page, log);

  await page.goto('/settings/api-keys');
  const make = page.getByRole('button', { name: 'Create key' }).first();
  await tabTo(page, make);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(make, 'the focus returns').toBeFocused();
  await page.reload();
  await tabTo(page, make);
  await page.keyboard.press('Enter');
  await tabTo(page, dialog.getByLabel('For', { exact: true }));
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('API key', { exact: true })).not.toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row', { name: /by keyboard/ })).toBeVisible();

  await page.goto('/incidents');
  await tabTo(page, page.getByRole('button', { name: /Account menu/ }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/sign-in');
});

for (const locale of ['ja-JP', 'en-US']) {
  test(`nothing is wider than a phone in ${locale}, and its menu works`, async ({
    company,
    open,
    seeded,
  }) => {
    test.setTimeout(180_000);
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale };
    const page = await open({ as: seeded.admin, ...phone });
    const tooWide: string[] = [];
    const check = async (checked: Page, name: string) => {
      await untilShown(checked);
      const width = await checked.evaluate(() => document.documentElement.scrollWidth);
      if (width > 390) tooWide.push(`${name}: ${width}`);
    };
    for (const [name, path] of screensOf(seeded)) {
      await page.goto(path);
      await check(page, name);
    }
    await page.goto('/incidents');
    const menu = page.getByRole('navigation', { name: /Main menu|メインメニュー/ });
    for (const entry of await menu.getByRole('link').all()) await expect(entry).toBeInViewport({ ratio: 1 });
    await menu.getByRole('link').nth(1).tap();
    await expect(page).toHaveURL('/jobs');
    await page.getByRole('button', { name: /Account menu|アカウントメニュー/ }).tap();
    await expect(page.getByRole('button', { name: /Sign out|サインアウト|ログアウト/ })).toBeInViewport({
      ratio: 1,
    });
    await check(page, 'account menu');

    const guest = await open(phone);
    await guest.goto('/sign-in');
    await check(guest, 'sign-in');
    const empty = await open({ as: company.admin, ...phone });
    await empty.goto('/incidents');
    await check(empty, 'incidents of an empty company');
    await empty.goto('/settings/api-keys');
    await empty.getByRole('main').getByRole('button').first().tap();
    await expect(empty.getByRole('dialog')).toBeVisible();
    await check(empty, 'dialog');
    expect(tooWide).toEqual([]);
  });
}
