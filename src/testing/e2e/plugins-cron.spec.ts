import { expect, type Page } from '@playwright/test';
import { expectNoViolations } from '#testing/browser/axe.ts';
import { addFinishedRuns } from '#testing/browser/finished-runs.ts';
import { test } from '#testing/browser/plugin-fixture.ts';
import { dailyAt } from '#testing/browser/remote-plugin.ts';

const soon = { timeout: 30_000 };
const noSuchPlugin = '00000000-0000-4000-8000-000000000000';

const rowOf = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });
const figure = (page: Page, name: string) =>
  page
    .getByRole('region', { name: 'Totals of runs' })
    .locator('div', { has: page.getByText(name, { exact: true }) })
    .locator('dd');

/** The path of the plugin that all stories use; added once. */
async function pluginPath(page: Page, pluginUrl: string): Promise<string> {
  await page.goto('/plugins');
  const add = page.getByRole('button', { name: 'Add a remote plugin' });
  // Until then the page shows its skeleton.
  await add.waitFor();
  const link = page.getByRole('link', { name: 'E2E sync' });
  if ((await link.count()) === 0) {
    await add.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Base URL').fill(pluginUrl);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog.getByLabel('Signing secret')).toHaveValue(/^whsec_/, soon);
    await page.goto('/plugins');
  }
  await link.waitFor();
  return (await link.getAttribute('href')) ?? '';
}

// One after the other: each story uses the runs of the earlier ones.
test.describe.configure({ mode: 'serial' });

test('story 1: the schedule screen shows jobs, schedules, last and next run', async ({
  adminPage: page,
  plugin,
}) => {
  const path = await pluginPath(page, plugin.url);
  await page.goto(`/dashboard${path}/schedule`);
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  const row = rowOf(page, 'E2E sync').filter({ hasText: 'e2e-sync:sync' });
  await expect(row).toContainText(`At ${dailyAt}`);
  await expect(row).toContainText(/in 1[12] hours/);
  await expect(row).toContainText('Never');
  await expectNoViolations(page);
});

test('story 2: a run started by hand is seen running and then done, without a reload', async ({
  adminPage: page,
  plugin,
}) => {
  await page.goto(await pluginPath(page, plugin.url));
  const row = rowOf(page, 'e2e-sync:sync');
  plugin.hold();
  await row.getByRole('button', { name: 'Run now: E2E sync' }).click();
  await expect(row.getByText('Running')).toBeVisible(soon);
  plugin.answerWith({ outcome: 'success', events_processed: 42, message: 'All in step' });
  await expect(row.getByText('Success')).toBeVisible(soon);
});

test('story 3: the history can be filtered by state and job', async ({ adminPage: page, plugin }) => {
  const path = await pluginPath(page, plugin.url);
  plugin.answerWith({
    outcome: 'failed',
    error: { name: 'LedgerError', message: 'The ledger is locked' },
    retryable: false,
  });
  await page.goto(path);
  await rowOf(page, 'e2e-sync:report')
    .getByRole('link', { name: /Run now: E2E report/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(rowOf(page, 'e2e-sync:report').getByText('Failed').first()).toBeVisible({ timeout: 30_000 });

  await page.goto(`/dashboard${path}/runs`);
  await expect(page).toHaveURL(new RegExp(`${path}/runs$`));
  const runs = page.getByRole('table', { name: 'List of runs' }).getByRole('row');
  await expect(runs).toHaveCount(3);
  await page.getByLabel('State', { exact: true }).selectOption('Failed');
  await expect(runs).toHaveCount(2);
  await expect(runs.nth(1)).toContainText('E2E report');
  await page.getByLabel('State', { exact: true }).selectOption('All states');
  await expect(runs).toHaveCount(3);
  await page.getByLabel('Job', { exact: true }).selectOption('E2E sync');
  await expect(runs).toHaveCount(2);
  await expect(runs.nth(1)).toContainText('Success');
  await expectNoViolations(page);
});

test('story 4: a run shows its full error next to the list, and its stack only to admins', async ({
  adminPage: page,
  staffPage,
  plugin,
}) => {
  const list = `${await pluginPath(page, plugin.url)}/runs`;
  await page.goto(list);
  const link = rowOf(page, 'E2E report').getByRole('link');
  await link.click();
  const drawer = page.getByRole('dialog', { name: /E2E report/ });
  await expect(drawer.getByRole('region', { name: 'Error' })).toContainText('The ledger is locked');
  await expectNoViolations(page);
  await staffPage.goto(page.url());
  await expect(staffPage.getByRole('region', { name: 'Error' })).toContainText('The ledger is locked');
  await expect(staffPage.getByText('Stack trace')).toHaveCount(0);
  await expect(staffPage.getByRole('button', { name: 'Run again' })).toHaveCount(0);

  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await expect(page).toHaveURL(list);
  await expect(link).toBeFocused();
  await page.keyboard.press('Enter');
  await drawer.getByRole('link', { name: 'Open as a page' }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Failed');
});

test('story 5: the totals are right', async ({ adminPage: page, plugin }) => {
  await page.goto(`${await pluginPath(page, plugin.url)}/runs`);
  await expect(figure(page, 'Total')).toHaveText('2');
  await expect(figure(page, 'Success')).toHaveText('1');
  await expect(figure(page, 'Failed')).toHaveText('1');
  await expect(figure(page, 'Running')).toHaveText('0');
  await expect(figure(page, 'Pending')).toHaveText('0');
  await expect(figure(page, 'Avg. events')).toHaveText('42');
  // The average of one success is its own duration.
  const average = await figure(page, 'Avg. duration').innerText();
  expect(average).toMatch(/\d/);
  await expect(rowOf(page, 'E2E sync')).toContainText(average);
});

test('story 6: signed-out users are redirected to sign-in, and staff cannot start anything', async ({
  adminPage,
  staffPage,
  browser,
  portal,
  plugin,
}) => {
  const path = await pluginPath(adminPage, plugin.url);
  const stranger = await browser.newPage({ baseURL: portal.url });
  await stranger.goto(`/dashboard${path}/schedule`);
  await expect(stranger).toHaveURL(/\/sign-in\?next=/);
  await stranger.close();

  await staffPage.goto(path);
  await expect(rowOf(staffPage, 'e2e-sync:sync')).toBeVisible();
  for (const name of [/^Run now/, /Rotate/, /Delete/]) {
    await expect(staffPage.getByRole('button', { name })).toHaveCount(0);
  }
  await expect(staffPage.getByRole('switch')).toHaveCount(0);
  await staffPage.goto('/schedules');
  await expect(staffPage.getByRole('button', { name: 'Stop all schedules' })).toHaveCount(0);
});

test('staff run a job that an admin lets them run, and only that one [rule 33: roles]', async ({
  adminPage,
  staffPage,
  plugin,
}) => {
  const path = await pluginPath(adminPage, plugin.url);
  await adminPage.goto(path);
  await rowOf(adminPage, 'e2e-sync:sync').getByRole('link', { name: 'E2E sync', exact: true }).click();
  await adminPage.getByRole('link', { name: 'Edit settings' }).click();
  await adminPage.getByLabel('Staff can run it, too').check();
  await expectNoViolations(adminPage);
  await adminPage
    .locator('form', { hasText: 'Limits and retries' })
    .getByRole('button', { name: 'Save' })
    .click();
  await expect(adminPage.getByText('Admins and staff')).toBeVisible();
  await adminPage.goto(path);
  await expect(rowOf(adminPage, 'e2e-sync:sync')).toContainText('Staff can run it');

  plugin.hold();
  await staffPage.goto(path);
  await expect(staffPage.getByRole('button', { name: /^Run now/ })).toHaveCount(1);
  await expectNoViolations(staffPage);
  const row = rowOf(staffPage, 'e2e-sync:sync');
  await row.getByRole('button', { name: 'Run now: E2E sync' }).click();
  await row.getByRole('link', { name: /Running/ }).click(soon);
  await staffPage.getByRole('button', { name: 'Cancel run' }).click();
  await staffPage.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
  await expect(staffPage.getByRole('heading', { level: 1 })).toContainText('Canceled', soon);
  await expect(staffPage.getByRole('button', { name: 'Run again' })).toHaveCount(0);
});

test('story 7: an unknown plugin is not found, and an unknown job of a plugin is refused', async ({
  adminPage: page,
  plugin,
}) => {
  for (const screen of ['schedule', 'runs']) {
    const answer = await page.goto(`/dashboard/plugins/${noSuchPlugin}/${screen}`);
    expect(answer?.status()).toBe(404);
  }
  const path = await pluginPath(page, plugin.url);
  const refused = await page.request.post(`/api${path}/run`, {
    data: { jobName: 'no-such-job' },
    headers: { Origin: new URL(page.url()).origin },
  });
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toMatchObject({ error: 'Invalid job name' });
});

test('a run in progress can be canceled, then rerun with a link to the original', async ({
  adminPage: page,
  plugin,
}) => {
  plugin.hold();
  await page.goto(await pluginPath(page, plugin.url));
  const row = rowOf(page, 'e2e-sync:sync');
  await row.getByRole('button', { name: 'Run now: E2E sync' }).click();
  await row.getByRole('link', { name: /Running/ }).click(soon);
  await page.getByRole('button', { name: 'Cancel run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Canceled', soon);

  plugin.answerWith({ outcome: 'success', events_processed: 1 });
  const canceled = page.url();
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL((url) => url.href !== canceled);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Success', soon);
  await expect(page.getByRole('link', { name: canceled.split('/').at(-1) })).toBeVisible();
});

test('the global switch stops all schedules and says so until they resume', async ({ adminPage: page }) => {
  await page.goto('/schedules');
  await page.getByRole('button', { name: 'Stop all schedules' }).click();
  await expectNoViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Stop all schedules' }).click();
  await expect(page.getByText('All schedules are stopped')).toBeVisible(soon);
  await expect(page.getByText('All schedules stopped').first()).toBeVisible();
  await page.getByRole('button', { name: 'Resume schedules' }).click();
  await expect(page.getByText('All schedules are stopped')).toHaveCount(0);
  await expectNoViolations(page);
});

test('an admin creates a job from the list of schedules', async ({ adminPage: page }) => {
  await page.goto('/schedules?state=enabled');
  await page.getByRole('link', { name: 'New job' }).click();
  const dialog = page.getByRole('dialog', { name: 'What kind of job?' });
  await expect(dialog.getByRole('link', { name: /Report from a script/ })).toBeVisible();
  await expectNoViolations(page);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/schedules?state=enabled');
  await page.getByRole('link', { name: 'New job' }).click();
  await dialog.getByRole('link', { name: /HTTP request/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('HTTP request');
});

test('the form previews a schedule, and shows the problem of an invalid one at its field', async ({
  adminPage: page,
  browser,
  plugin,
}) => {
  await page.goto(await pluginPath(page, plugin.url));
  await rowOf(page, 'e2e-sync:report').getByRole('link', { name: 'E2E report', exact: true }).click();
  await page.getByRole('link', { name: 'Add a schedule' }).click();
  await page.waitForURL(/\/schedule$/);
  const context = await browser.newContext({
    storageState: await page.context().storageState(),
    locale: 'en-US',
    javaScriptEnabled: false,
  });
  const plain = await context.newPage();
  await plain.goto(page.url());
  await plain.getByLabel('Cron', { exact: true }).check();
  await plain.getByLabel('Cron expression').fill('15 8 * * 2');
  await plain.getByRole('button', { name: 'Show the next five runs' }).click();
  await expect(plain.getByText('At 08:15, on Tuesday')).toBeVisible(soon);
  await expect(plain.getByLabel('Cron expression')).toHaveValue('15 8 * * 2');
  await context.close();

  const days = page.getByRole('group', { name: 'Days', exact: true });
  for (const day of ['Mon', 'Wed', 'Thu', 'Fri']) await days.getByLabel(day).uncheck();
  await page.getByLabel('Time', { exact: true }).fill('21:15');
  await expect(page.getByText('At 21:15, on Tuesday')).toBeVisible(soon);
  await days.getByLabel('Tue').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Choose at least one weekday.' })).toBeVisible();
  await expect(page.getByLabel('Time', { exact: true })).toHaveValue('21:15');

  await page.getByLabel('Cron', { exact: true }).check();
  await page.getByLabel('Cron expression').fill('61 * * * *');
  await expect(page.getByText('“61” for the minutes is out of range.')).toBeVisible(soon);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Cron expression')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Cron expression').fill('30 9 * * 1');
  await expect(page.getByText('At 09:30, on Monday')).toBeVisible(soon);
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/jobs\/[^/]+$/);
  await expect(page.getByText('At 09:30, on Monday')).toBeVisible();
});

test('story 3: the history pages forward and back', async ({
  adminPage: page,
  plugin,
  portal,
  pluginCompany,
}) => {
  const path = await pluginPath(page, plugin.url);
  await addFinishedRuns(portal, pluginCompany.id, 'E2E report', 60);
  await page.goto(`/dashboard${path}/runs`);
  const runs = page.getByRole('table', { name: 'List of runs' }).getByRole('row');
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const linksOf = () =>
    runs
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => /run=([^&]+)/.exec(link.getAttribute('href') ?? '')?.[1]));
  await expect(runs).toHaveCount(51);
  const first = await linksOf();
  await pages.getByRole('link', { name: 'Older' }).click();
  await expect(runs).not.toHaveCount(51);
  const second = await linksOf();
  expect(second.length).toBeGreaterThan(10);
  expect(second.filter((link) => first.includes(link))).toEqual([]);
  await pages.getByRole('link', { name: 'Newer' }).click();
  await expect(runs).toHaveCount(51);
  expect(await linksOf()).toEqual(first);
});
