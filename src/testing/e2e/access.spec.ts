import type { Page } from '@playwright/test';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import type { PortalFacts } from '#testing/browser/portal-facts.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { recordReports } from '#testing/browser/reports.ts';
import { startSession } from '#testing/browser/session.ts';
import { sendReport } from '#testing/reports/send-report.ts';

const forbidden = /403 \(Forbidden\)/;

const report = (portal: PortalFacts, secret: string, key: string) =>
  sendReport(portal, { job_key: key, title: key, status: 'error' }, secret);

async function signIn(page: Page, person: { email: string; password: string }): Promise<void> {
  await page.goto('/sign-in');
  await fillSignIn(page, person);
  await expect(page).toHaveURL('/incidents');
}

test('staff see incidents, jobs and runs, but no keys, members, tools, audit log or secret [rule 33: roles]', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.staff, expected: forbidden });
  await page.goto('/incidents');
  await page
    .getByRole('row', { name: /minpaku-IN/ })
    .getByRole('link')
    .click();
  await expect(page.getByRole('heading', { name: /minpaku-IN/ })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Delete job' })).toHaveCount(0);
  await page.goto(`/runs/${seeded.failedRunId}`);
  await expect(page.locator('pre')).toBeVisible();

  await page.getByRole('link', { name: 'Settings' }).click();
  const sections = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
  await expect(sections).toHaveText(['How to report', 'Account']);
  await page.goto('/settings/how-to-report');
  await expect(page.getByRole('button', { name: /secret/i })).toHaveCount(0);

  for (const path of [
    '/settings/members',
    '/settings/tools',
    '/settings/api-keys',
    '/settings/audit-log',
    `/jobs/${seeded.longJobId}/delete`,
  ]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(403);
    await expect(page.getByRole('heading', { name: 'Only admins can do this' })).toBeVisible();
  }
});

test('an admin creates an API key, reports with it, rotates and revokes it; the next report gets 401 [rule 34: keys and secrets]', async ({
  company,
  open,
  portal,
}) => {
  const page = await open({ as: company.admin });
  await page.goto('/settings/api-keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Used for', { exact: true }).fill('accounting server');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const secret = await dialog.getByLabel('API key', { exact: true }).inputValue();
  expect(secret).toMatch(/^tcp_|^[\w-]{20,}$/);

  expect((await report(portal, secret, 'by-key')).status).toBe(200);
  await page.goto('/incidents');
  await expect(page.getByRole('row', { name: /by-key/ })).toBeVisible();

  await page.goto('/settings/api-keys');
  await expect(page.locator('body'), 'it is shown once').not.toContainText(secret);
  const rows = page.getByRole('row', { name: /accounting server/ });
  await rows.getByRole('link', { name: 'Rotate' }).click();
  await dialog.getByLabel('Keep the old key for').selectOption('Stop it immediately');
  await dialog.getByRole('button', { name: 'Create new key' }).click();
  const next = await dialog.getByLabel('API key', { exact: true }).inputValue();
  expect(next, 'it is shown although the old key has ended').not.toBe(secret);
  await dialog.getByRole('link', { name: 'Close' }).last().click();
  expect((await report(portal, secret, 'by-key')).status).toBe(401);
  expect((await report(portal, next, 'by-key')).status).toBe(200);

  await rows.getByRole('link', { name: 'Revoke' }).click();
  await page
    .getByRole('dialog', { name: /Revoke/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await expect(rows.getByRole('link', { name: 'Revoke' })).toHaveCount(0);
  const refused = await report(portal, next, 'by-key');
  expect(refused.status).toBe(401);
  expect(await refused.json()).toEqual({ error: 'Invalid or missing webhook secret' });
});

test('an invited user opens the link, sets a password, and sees the company [rule 37: sign-in and invitations]', async ({
  company,
  open,
  portal,
}) => {
  await recordReports(portal, company.id, [{ job_key: 'their-job', title: 'Their job' }]);
  const admin = await open({ as: company.admin });
  await admin.goto('/settings/members');
  await admin.getByRole('button', { name: 'Invite' }).click();
  const dialog = admin.getByRole('dialog');
  const email = `invited-${company.id.slice(0, 8)}@example.com`;
  await dialog.getByLabel('Email address').fill(email);
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const link = await dialog.getByLabel('Invitation link', { exact: true }).inputValue();
  expect(link).toContain(`${portal.url}/invite/`);

  const guest = await open();
  await guest.goto(link);
  await expect(guest.getByRole('heading', { name: `Join ${company.name}` })).toBeVisible();
  await guest.getByLabel('Name').fill('Ken Invited');
  await guest.getByLabel('Choose a password').fill('a long phrase of the guest');
  await guest.getByRole('button', { name: 'Join' }).click();
  await expect(guest).toHaveURL('/incidents');
  await expect(guest.getByRole('row', { name: /Their job/ })).toBeVisible();
  await expect(guest.getByRole('button', { name: /Ken Invited.*Account menu/ })).toContainText('Staff');

  await admin.reload();
  await expect(admin.getByRole('row', { name: /Ken Invited/ })).toContainText('Staff');

  const stranger = await open();
  await stranger.goto(link);
  await expect(
    stranger.getByRole('heading', { name: 'This invitation link has already been used' }),
  ).toBeVisible();
});

test('changing the password ends the other sessions [rule 37: sign-in and invitations]', async ({
  company,
  open,
  portal,
}) => {
  const here = await open({ as: company.staff });
  const there = await open({
    as: { ...company.staff, session: await startSession(portal, company.staff) },
    expected: /401 \(Unauthorized\)/,
  });
  await there.goto('/incidents');
  await expect(there.getByText('No reports yet')).toBeVisible();

  await here.goto('/settings/account');
  await here.getByLabel('Current password').fill(company.staff.password);
  await here.getByLabel('New password', { exact: true }).fill('another long phrase');
  await here.getByLabel('Confirm new password').fill('another long phrase');
  await here.getByRole('button', { name: 'Change password' }).click();
  await expect(
    here.getByText('Your password was changed, and you were signed out everywhere else.').first(),
  ).toBeVisible();
  await here.reload();
  await expect(here.getByRole('heading', { name: 'Account' })).toBeVisible();

  await expect(there, 'it notices by itself').toHaveURL(/\/sign-in/);
  await signIn(await open(), { email: company.staff.email, password: 'another long phrase' });
});

test('sign-out ends the session, and the back button shows nothing', async ({ company, open }) => {
  // The page may poll the badge again while it navigates.
  const page = await open({ expected: /401 \(Unauthorized\)/ });
  await signIn(page, company.admin);
  expect(await page.evaluate(() => document.cookie), 'no script can take the session').not.toContain('sb-');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  await page.goto('/settings/members');
  await expect(page).toHaveURL('/sign-in?next=%2Fsettings%2Fmembers');
  await fillSignIn(page, { ...company.admin, password: 'not the password' });
  await expect(page.getByRole('alert').first()).toContainText('The email address or password is incorrect.');
  await fillSignIn(page, company.admin);
  await expect(page, 'sign-in leads to the page that was wanted').toHaveURL('/settings/members');
});
