import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { createCompany } from '#testing/browser/company.ts';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { recordReports } from '#testing/browser/reports.ts';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { sendReport } from '#testing/reports/send-report.ts';

// A separate portal, so that no other story loses its database.
let own: TestPortal;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  own = await startPortal();
});

test.afterEach(async () => {
  const log = path.join(own.folder, 'logs', 'portal.log');
  if (fs.existsSync(log)) await test.info().attach('portal.log', { path: log, contentType: 'text/plain' });
});

test.afterAll(async () => {
  test.setTimeout(90_000);
  await own.delete();
});

// Without a response the page polls less and less often, down to every half minute.
const patience = { timeout: 60_000 };
const lost = 'Connection lost. The current state is unknown.';
const badge = (page: Page) => page.getByRole('navigation', { name: 'Main menu' }).getByRole('status');

test('while the database is stopped, pages say that the data is unavailable, never that it is empty, and then recover [rule 7: database away]', async ({
  open,
}) => {
  test.setTimeout(240_000);
  const portal = { ...own, output: own.output() };
  const company = await createCompany(portal);
  await recordReports(portal, company.id, [
    { job_key: 'failing', title: 'Failing job', state: 'failed' },
    { job_key: 'working', title: 'Working job' },
  ]);
  const expected = /503 \(Service Unavailable\)|500 \(Internal Server Error\)|Failed to fetch/;
  const watching = await open({ as: company.staff, baseURL: own.url, expected });
  await watching.goto('/incidents');
  await expect(badge(watching)).toHaveText('Jobs with a failure:1');

  const giveBack = await own.database.hold();
  await expect(badge(watching), 'the open page says so by itself').toContainText(lost, patience);
  await expect(watching).toHaveTitle('Incidents · TC Portal');

  const reloading = await open({ as: company.staff, baseURL: own.url, expected });
  for (const path of ['/incidents', '/jobs', '/settings/how-to-report']) {
    await reloading.goto(path);
    await expect(reloading.getByRole('heading', { name: 'The database is unavailable' })).toBeVisible();
    await expect(reloading.getByRole('alert').first()).toContainText('This does not mean that all is well.');
    await expect(reloading.getByRole('navigation', { name: 'Main menu' }).getByRole('link')).toHaveCount(6);
    await expect(reloading.getByText(/No reports yet|No jobs yet|All is well/)).toHaveCount(0);
  }
  await reloading.goto('/incidents');

  const guest = await open({ baseURL: own.url, expected });
  await guest.goto('/sign-in');
  await fillSignIn(guest, company.staff);
  await expect(guest.getByRole('alert').filter({ hasText: 'The database is unavailable.' })).toBeVisible();

  expect((await sendReport(own)).status).toBe(503);

  await giveBack();
  await expect(
    reloading.getByRole('row', { name: /Failing job/ }),
    'the error state disappears by itself',
  ).toBeVisible(patience);
  await expect(badge(watching)).toHaveText('Jobs with a failure:1', patience);
  await guest.getByLabel('Password').fill(company.staff.password);
  await guest.getByRole('button', { name: 'Sign in' }).click();
  await expect(guest).toHaveURL(/\/incidents$/);
});
