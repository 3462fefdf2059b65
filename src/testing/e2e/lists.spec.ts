import fs from 'node:fs';
import type { Page } from '@playwright/test';
import { spreadOffsetSeconds } from '#domain/schedule/spread.ts';
import { expectNoViolations } from '#testing/browser/axe.ts';
import { serviceOf } from '#testing/browser/clients.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { recordReports } from '#testing/browser/reports.ts';
import { failedLog, hostileMessage, hostileTitle } from '#testing/browser/seeded-company.ts';
import { startSession } from '#testing/browser/session.ts';

const rows = (page: Page) =>
  page
    .getByRole('main')
    .getByRole('row')
    .filter({ has: page.getByRole('link') });
const titles = (page: Page) => rows(page).getByRole('link').allTextContents();

/** Reads pages until there is no next one; returns every row's title. */
async function readAllPages(page: Page, next: string): Promise<string[][]> {
  // Until then the page shows its skeleton.
  await rows(page).first().waitFor();
  const pages = [await titles(page)];
  for (;;) {
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: next });
    if ((await link.count()) === 0) return pages;
    const before = page.url();
    await link.click();
    await expect(page).not.toHaveURL(before);
    const last = String(pages.at(-1));
    let shown: string[] = [];
    // In between there are no rows at all.
    await expect
      .poll(async () => {
        shown = await titles(page);
        return shown.length > 0 && String(shown) !== last;
      })
      .toBe(true);
    pages.push(shown);
  }
}

test('incidents show failing jobs first, and each job once across pages', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto('/incidents');
  await expect(page).toHaveTitle(`(${seeded.failingCount}) Incidents · TC Portal`);
  await rows(page).first().waitFor();
  const states = await rows(page).locator('td:first-child').allTextContents();
  expect(states.slice(0, seeded.failingCount).every((word) => word.includes('Failed'))).toBe(true);
  expect(states.slice(seeded.failingCount).every((word) => word.includes('Success'))).toBe(true);

  const pages = await readAllPages(page, 'Next page');
  expect(pages.map((titlesOfPage) => titlesOfPage.length)).toEqual([50, 50, seeded.jobCount - 100]);
  expect(new Set(pages.flat()).size).toBe(seeded.jobCount);
  const back = await readAllPages(page, 'Previous page');
  expect(back.toReversed()).toEqual(pages);
});

test('incidents can be searched and filtered, and the URL keeps the filter', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto('/incidents');
  await page.getByRole('searchbox', { name: 'Search' }).fill('minpaku');
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL('/incidents?q=minpaku');
  await page.getByRole('searchbox', { name: 'Search' }).fill('ＥＣサイトが');
  await expect(rows(page)).toHaveCount(6);

  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await expect(rows(page)).toHaveCount(50);
  await page.getByLabel('State').selectOption('Failed');
  await expect(rows(page)).toHaveCount(seeded.failingCount);
  await page.getByLabel('Tool').selectOption(seeded.toolName);
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByLabel('State')).toHaveValue('error');
  await page.goBack();
  await page.goto('/incidents?q=nothing-is-called-like-this');
  await expect(page.getByText('No matching jobs')).toBeVisible();
  await page.getByRole('link', { name: 'Clear all filters' }).click();
  await expect(rows(page)).toHaveCount(50);
});

test('the list of jobs can be searched, filtered and paged', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto('/jobs');
  const pages = await readAllPages(page, 'Next page');
  const listed = pages.flat();
  expect(new Set(listed).size).toBe(listed.length);
  // The worker may still be adding the jobs of built-in plugins.
  expect(listed.length).toBeGreaterThanOrEqual(seeded.jobCount);
  await page.goto('/jobs?state=error');
  await expect(rows(page)).toHaveCount(seeded.failingCount);
  await page.getByRole('searchbox', { name: 'Search' }).fill('job-023');
  await expect(rows(page)).toHaveCount(1);
});

test('the history of a job can be filtered by outcome and date, and paged without gaps', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.staff });
  const path = `/jobs/${seeded.longJobId}`;
  await page.goto(path);
  const history = page.getByRole('table', { name: /Runs of this job/ });
  const links = history.getByRole('link');
  const read = () => links.evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
  // Until then the page shows its skeleton.
  await links.first().waitFor();
  const all = [...(await read())];
  for (;;) {
    const older = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Older' });
    if ((await older.count()) === 0) break;
    const first = (await read())[0];
    await older.click();
    let shown: string[] = [];
    await expect
      .poll(async () => {
        shown = await read();
        return shown.length > 0 && shown[0] !== first;
      })
      .toBe(true);
    all.push(...shown);
  }
  expect(all).toHaveLength(seeded.longJobRuns);
  expect(new Set(all).size).toBe(seeded.longJobRuns);

  await page.goto(path);
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Failed');
  await expect(links).toHaveCount(seeded.longJobRuns / 9);
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' });
  const from = day.format(Date.now() - 7 * 86_400_000);
  await page.getByLabel('From').fill(from);
  await expect(page).toHaveURL(new RegExp(`from=${from}`));
  // Each ninth run failed, every third day; in between there are no rows at all.
  await expect(links).toHaveCount(3);
});

test('a run shows its message and its log, which can be saved as a text file', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto(`/runs/${seeded.failedRunId}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Failed');
  await expect(page.getByText('ログインに失敗しました (0)')).toBeVisible();
  await expect(page.locator('pre')).toContainText('<script>alert("log")</script>');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save as text' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/minpaku-in-report.*\.(txt|log)$/);
  expect(fs.readFileSync(await download.path(), 'utf8').replaceAll('\r\n', '\n')).toContain(failedLog.trim());

  const answer = await page.request.get(`/runs/${seeded.failedRunId}/log`);
  expect(answer.headers()).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.headers()['content-disposition']).toMatch(/^attachment; filename/);
});

test('a run links to the runs before and after it', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto(`/runs/${seeded.failedRunId}`);
  const neighbours = page.getByRole('navigation', { name: 'Previous and next run of this job' });
  await expect(neighbours.getByRole('link')).toHaveText('Previous run');
  await neighbours.getByRole('link', { name: 'Previous run' }).click();
  await expect(page.getByText('処理完了: 1 件')).toBeVisible();
  await neighbours.getByRole('link', { name: 'Next run' }).click();
  await expect(page).toHaveURL(`/runs/${seeded.failedRunId}`);
});

test('every screen shows hostile text in a report as text [rule 36: hostile text]', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.staff });
  for (const path of ['/incidents', '/jobs', `/jobs/${seeded.hostileJobId}`]) {
    await page.goto(path);
    await expect(page.getByText(hostileTitle).first()).toBeVisible();
    await expect(page.getByText(hostileMessage).first()).toBeVisible();
    await expect(page).not.toHaveTitle(/hacked/);
    await expect(page.locator('main script, main img')).toHaveCount(0);
  }
  await page
    .getByRole('table', { name: /Runs of this job/ })
    .getByRole('link')
    .first()
    .click();
  await expect(page.getByText(hostileMessage).first()).toBeVisible();
});

test('the chart of 90 days has its numbers in words and in a table', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff });
  await page.goto(`/jobs/${seeded.longJobId}`);
  const { longJobRuns: runs } = seeded;
  await expect(
    page.getByRole('img', {
      name: `Runs of the last 90 days: ${runs - runs / 9} successes, ${runs / 9} failures.`,
    }),
  ).toBeVisible();
  await page.getByText('Show as a table').click();
  const table = page.getByRole('table', { name: 'Outcomes and durations by day' });
  await expect.poll(() => table.getByRole('row').count()).toBeGreaterThan(50);
  await expect(table.getByRole('columnheader')).toHaveText([
    'Day',
    'Success',
    'Failed',
    'Average',
    'Longest',
  ]);
});

test('an invented URL shows the list or a 404 page, never an error', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff, expected: /404 \(Not Found\)/ });
  for (const path of [
    '/incidents?after=nonsense&state=what&tool=1',
    '/jobs?after=%00',
    `/jobs/${seeded.longJobId}?from=2026-99-99&after=x`,
  ]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(200);
  }
  for (const path of ['/jobs/00000000-0000-4000-8000-000000000000', '/runs/nonsense', '/nothing']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  }
});

test('a run shows how far the clock of its host is ahead [rule 5: wrong clocks]', async ({
  company,
  open,
  portal,
}) => {
  const ahead = new Date(Date.now() + 12 * 60_000).toISOString();
  const report = { job_key: 'ahead', title: 'Job ahead', host: 'BATCH-03', finished_at: ahead };
  await recordReports(portal, company.id, [report]);
  const page = await open({ as: company.staff });
  await page.goto('/jobs');
  await rows(page).getByRole('link', { name: 'Job ahead' }).click();
  const run = page.getByRole('table', { name: /Runs of this job/ }).getByRole('row', { name: /BATCH-03/ });
  await expect(run).toContainText('Clock 12m ahead');
  await run.getByRole('link').first().click();
  await expect(page.getByRole('main')).toContainText('The clock of BATCH-03 was 12m ahead');
});

test('a measured clock that is behind, a late arrival and a later attempt are marked [rule 40: measured clocks]', async ({
  company,
  open,
  portal,
}) => {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const job = { job_key: 'marked', title: 'Marked job' };
  await recordReports(portal, company.id, [
    { ...job, host: 'SLOW-CLOCK', finished_at: ago(49), sent_at: ago(48) },
    { ...job, host: 'LAPTOP', finished_at: ago(72), message: 'from a spool' },
    { ...job, host: 'CI', finished_at: ago(5), report_key: 'run:ci', state: 'failed' },
    { ...job, host: 'CI', finished_at: ago(4), report_key: 'run:ci' },
  ]);
  const page = await open({ as: company.staff });
  await page.goto('/jobs');
  await rows(page).getByRole('link', { name: 'Marked job' }).click();
  const runs = page.getByRole('table', { name: /Runs of this job/ });
  const runOf = (text: string | RegExp) => runs.getByRole('row').filter({ hasText: text });
  await expect(runOf('SLOW-CLOCK')).toContainText('Clock 2d behind');
  await expect(runOf('LAPTOP')).toContainText('Arrived 3d later');
  const second = runOf('Attempt 2');
  await expect(second).toContainText('CI');
  await expectNoViolations(page);
  await second.getByRole('link').first().click();
  await expect(page.getByRole('main')).toContainText('Attempt 2 of the same run');
  await page.getByRole('link', { name: 'Show the first attempt' }).click();
  await expect(page.getByRole('main')).toContainText('Failed');
});

test('a failure behind a newer success is an incident until an admin marks it as known [rule 39: the outcome goes through]', async ({
  company,
  open,
  portal,
}) => {
  const job = { job_key: 'late', title: 'Job with a late failure' };
  await recordReports(portal, company.id, [
    { ...job, message: 'all is well' },
    { ...job, state: 'failed', finished_at: '2020-01-01T00:00:00Z', message: 'disk full' },
    { job_key: 'fine', title: 'Fine job' },
  ]);
  const page = await open({ as: company.admin });
  await page.goto('/incidents');
  await expect(page).toHaveTitle('(1) Incidents · TC Portal');
  const row = rows(page).first();
  await expect(row).toContainText('Late failure');
  await expect(row).toContainText('disk full');
  await expectNoViolations(page);
  await page.goto('/incidents?state=late');
  await expect(rows(page)).toHaveCount(1);
  await rows(page).getByRole('link', { name: 'Show the failed run' }).click();
  await expect(page.getByRole('main')).toContainText('This failure arrived late');
  await page.goto('/jobs?state=late');
  await rows(page).getByRole('link', { name: 'Job with a late failure' }).click();
  const main = page.getByRole('main');
  await expect(main).toContainText('A failure arrived late');
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Mark as known' }).click();
  await expect(main).not.toContainText('A failure arrived late');
  await page.goto('/incidents');
  await expect(main).toContainText('All is well');
});

test('a schedule with a spread shows the nominal time next to the start time [rule 23: spread]', async ({
  open,
  portal,
}) => {
  const session = await startSession(portal, portal);
  const page = await open({ as: { ...portal, session } });
  await page.goto('/schedules');
  // The portal includes the self-check: at seven minutes past each hour, spread over ten minutes.
  await rows(page).getByRole('link', { name: 'Portal self-check' }).first().click();
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
  const { data: schedule } = await serviceOf(portal)
    .from('schedules')
    .select('id, spread_seconds')
    .eq('job_id', new URL(page.url()).pathname.split('/').at(2) ?? '')
    .single()
    .throwOnError();
  const hourly = { type: 'cron', expression: '7 * * * *', timeZone: 'Asia/Tokyo' } as const;
  const offsetMs = spreadOffsetSeconds(schedule.id, hourly, schedule.spread_seconds) * 1_000;
  const coming = page
    .getByRole('heading', { name: 'Next five runs' })
    .locator('xpath=following-sibling::ol/li');
  const startsAt = Date.parse((await coming.locator('time').first().getAttribute('datetime')) ?? '');
  expect(new Date(startsAt - offsetMs).toISOString()).toMatch(/:07:00\.000Z$/);
  // One schedule in six hundred gets an offset of zero.
  if (offsetMs > 0) await expect(coming.first()).toContainText(/Scheduled for .*:07:00/);
});

test('the history of a job that is off says since when and by whom [rule 41: nothing due is lost]', async ({
  open,
  portal,
}) => {
  const session = await startSession(portal, portal);
  const page = await open({ as: { ...portal, session } });
  await page.goto('/schedules');
  await rows(page).getByRole('link', { name: 'Portal self-check' }).first().click();
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
  const switched = page.getByRole('switch', { name: 'Enable “Portal self-check”' });
  await switched.click();
  const history = page.getByRole('region', { name: 'Schedule history' });
  await expect(history).toContainText(/Disabled since .+ by .+/);
  await expect(page.getByRole('heading', { name: 'Next five runs' })).toHaveCount(0);
  await switched.click();
  await expect(page.getByRole('heading', { name: 'Next five runs' })).toBeVisible();
  await expect(history).not.toContainText('Disabled since');
});

test('the page of a disabled plugin says since when and by whom [rule 41: nothing due is lost]', async ({
  company,
  open,
}) => {
  const page = await open({ as: company.admin });
  await expect(async () => {
    await page.goto('/plugins');
    await page.getByRole('link', { name: 'Self-check' }).first().click({ timeout: 1_000 });
  }).toPass();
  await page.waitForURL(/\/plugins\/[0-9a-f-]{36}/);
  const switched = page.getByRole('switch', { name: 'Enable “Self-check”' });
  await switched.click();
  await expect(page.getByText(/Plugin disabled since .+ by .+/)).toBeVisible();
  await switched.click();
  await expect(page.getByText('Plugin disabled since')).toHaveCount(0);
});

test("another company's jobs and runs are not found", async ({ company, open, seeded }) => {
  const page = await open({ as: company.admin, expected: /404 \(Not Found\)/ });
  for (const path of [
    `/jobs/${seeded.longJobId}`,
    `/runs/${seeded.failedRunId}`,
    `/jobs/${seeded.longJobId}/delete`,
  ]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
  }
  expect((await page.request.get(`/runs/${seeded.failedRunId}/log`)).status()).toBe(404);
});

test('an admin deletes a job; it leaves the lists and returns with its next report', async ({
  company,
  open,
  portal,
}) => {
  await recordReports(portal, company.id, [
    { job_key: 'short-lived', title: 'Short-lived job' },
    { job_key: 'stays', title: 'Job that stays' },
  ]);
  const page = await open({ as: company.admin });
  await page.goto('/jobs');
  await page.getByRole('link', { name: 'Short-lived job' }).click();
  await page.getByRole('link', { name: 'Delete job' }).click();
  await page.getByRole('button', { name: 'Delete with 1 run' }).click();
  await expect(page).toHaveURL('/jobs');
  // The company's built-in plugins add a job at any moment in its first minute.
  await expect(page.getByRole('row', { name: /Job that stays/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /Short-lived job/ })).toHaveCount(0);
  await recordReports(portal, company.id, [{ job_key: 'short-lived', title: 'Short-lived job' }]);
  await expect(page.getByRole('row', { name: /Short-lived job/ })).toBeVisible();
});
