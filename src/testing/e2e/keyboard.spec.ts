import type { Locator, Page } from '@playwright/test';
import { serviceOf } from '#testing/browser/clients.ts';
import type { PortalFacts } from '#testing/browser/portal-facts.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { recordReports } from '#testing/browser/reports.ts';

test('a dialog that is closed and reopened at once keeps text typed after that', async ({ open, seeded }) => {
  const page = await open({ as: seeded.admin });
  await page.goto('/settings/tools');
  await page.getByRole('button', { name: 'Add tool' }).click();
  const name = page.getByRole('dialog').getByLabel('Name');
  await name.fill('thrown away');
  // All in one task: the browser sends the dialog's close event only afterwards.
  await name.evaluate(async (input: HTMLInputElement) => {
    const dialog = input.closest('dialog');
    const told = new Promise((resolve) => dialog?.addEventListener('close', resolve, { once: true }));
    dialog?.close();
    document.querySelector<HTMLElement>(`button[command=show-modal][commandfor="${dialog?.id}"]`)?.click();
    const fresh = dialog?.querySelector<HTMLInputElement>('input[name=name]');
    if (fresh) fresh.value += 'kept';
    await told;
    // And the page has rendered the result.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  await expect(name).toHaveValue('kept');
});

async function addTool(portal: PortalFacts, tenantId: string): Promise<void> {
  await serviceOf(portal).from('tools').insert({ tenant_id: tenantId, name: 'Payroll' }).throwOnError();
}

test('a dialog that a URL opens returns the focus, and closes when it is done', async ({
  company,
  open,
  portal,
}) => {
  await addTool(portal, company.id);
  const page = await open({ as: company.admin });
  await page.goto('/settings/tools');
  const [edit, deleteLink] = ['Edit', 'Delete'].map((name) => page.getByRole('link', { name, exact: true }));
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

  await deleteLink!.click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No tools yet')).toBeVisible();
  await expect(page).toHaveURL('/settings/tools');
});

test('a tool can be changed and deleted without JavaScript', async ({ company, open, portal }) => {
  await addTool(portal, company.id);
  const page = await open({ as: company.admin, javaScriptEnabled: false });
  await page.goto('/settings/tools');
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Wages');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL('/settings/tools');
  await expect(page.getByRole('row', { name: /Wages/ })).toBeVisible();
  await page.getByRole('link', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No tools yet')).toBeVisible();
});

// The page may poll the badge again while it navigates.
const signedOut = /401 \(Unauthorized\)/;

/** Presses Tab until the element has the focus, like a user without a mouse. */
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

test('a user with only a keyboard signs in, finds a failed run, creates a key and signs out', async ({
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
  await expect(page.getByLabel('Email address')).toBeFocused();
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
  await tabTo(page, dialog.getByLabel('Used for', { exact: true }));
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
