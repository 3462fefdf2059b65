import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { startSession } from '#testing/e2e/company.ts';
import type { PortalFacts } from '#testing/e2e/portal-facts.ts';
import { expect, test } from '#testing/e2e/portal-test.ts';
import { python, referenceSnippet, startPython } from '#testing/e2e/python.ts';

// The first company of the portal belongs to this file: the environment's secret reports to it.
// Two seconds are promised for a machine that has time: a busy one gets another try.
test.describe.configure({ retries: 2 });

const promiseMs = 2_000;

const environment = (portal: PortalFacts, key: string, title: string) => ({
  TC_PORTAL_MONITOR_URL: `${portal.url}/api/monitor/job-report`,
  TC_PORTAL_WEBHOOK_SECRET: portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
  TC_PORTAL_JOB_KEY: key,
  TC_PORTAL_JOB_TITLE: title,
});

const badge = (page: Page) => page.getByRole('navigation', { name: 'Main menu' }).getByRole('status');

const titleOf = (count: number) => `${count > 0 ? `(${count}) ` : ''}Incidents · TC Portal`;

async function readCount(page: Page): Promise<number> {
  await expect(page.getByRole('heading', { level: 1, name: 'Incidents' })).toBeVisible();
  return Number(/\d+/.exec(await badge(page).innerText())?.[0] ?? 0);
}

/** What is left of the two seconds since the portal answered. */
const restOf = (answeredAt: number) => ({ timeout: Math.max(1, promiseMs - (Date.now() - answeredAt)) });

async function openIncidents(
  open: (options: { as: { email: string; password: string; session: never } }) => Promise<Page>,
  portal: PortalFacts,
): Promise<Page> {
  const { email, password } = portal;
  const session = (await startSession(portal, { email, password })) as never;
  const page = await open({ as: { email, password, session } });
  await page.goto('/incidents');
  return page;
}

test('a person signs in as printed, and a job that reports with the snippet of the reference is there within 2 seconds', async ({
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await open();
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel('E-mail address').fill(portal.email);
  await page.getByLabel('Password').fill(portal.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/incidents');
  const before = await readCount(page);

  const title = `minpaku-IN レポート作成 ${test.info().retry}`;
  const sender = environment(portal, `minpaku-in-report-${test.info().retry}`, title);
  const failing = startPython(
    `def main():\n    raise ValueError("ファイルが見つかりません")\n\n${referenceSnippet}`,
    sender,
  );
  const failedAt = await failing.said('[TC Portal] 報告成功: error');
  await expect(badge(page)).toHaveText(`Failing jobs:${before + 1}`, restOf(failedAt));
  await expect(page).toHaveTitle(titleOf(before + 1), restOf(failedAt));
  const row = page.getByRole('row', { name: title });
  await expect(row).toContainText('Failed', restOf(failedAt));
  await expect(row).toContainText('ファイルが見つかりません');
  expect(await failing.exit, 'the snippet does not hide the failure').toBe(1);

  const working = startPython(`def main():\n    pass\n\n${referenceSnippet}`, sender);
  const succeededAt = await working.said('[TC Portal] 報告成功: success');
  await expect(badge(page)).toHaveText(before === 0 ? '' : `Failing jobs:${before}`, restOf(succeededAt));
  await expect(page).toHaveTitle(titleOf(before), restOf(succeededAt));
  await expect(row).toContainText('Success', restOf(succeededAt));
  await expect(row).toContainText('処理完了');
  expect(await working.exit).toBe(0);
});

test('the snippet of the reference, as it is and with nothing around it, reports what is wrong with it', async ({
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, portal);
  const sender = startPython(referenceSnippet, environment(portal, 'unchanged', 'Unchanged snippet'));
  const answeredAt = await sender.said('[TC Portal] 報告成功: error');
  await expect(page.getByRole('row', { name: /Unchanged snippet/ })).toContainText(
    "name 'main' is not defined",
    restOf(answeredAt),
  );
  await sender.exit;
});

test('a function under the decorator of tc_portal.py reports its traceback', async ({ open, portal }) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, portal);
  const sender = startPython(
    `from tc_portal import monitor\n\n@monitor()\ndef main():\n    raise RuntimeError("decorated failure")\n\nmain()\n`,
    environment(portal, 'decorated', 'Decorated job'),
  );
  await sender.exit;
  const row = page.getByRole('row', { name: /Decorated job/ });
  await expect(row).toContainText('decorated failure');
  await row.getByRole('link').click();
  await page
    .getByRole('table', { name: /Runs of this job/ })
    .getByRole('link')
    .first()
    .click();
  await expect(page.locator('pre')).toContainText('Traceback (most recent call last)');
});

test('a program under python -m tc_portal run shows as running, then as finished with its log', async ({
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, portal);
  await page.goto('/jobs');
  const sender = startPython(
    `print("started reading", flush=True)\ninput()\nprint("120 rows read")\n`,
    environment(portal, 'command', 'Command job'),
    (file) => ['-m', 'tc_portal', 'run', '--', python ?? '', file],
  );
  await sender.said('started reading');
  const row = page.getByRole('row', { name: /Command job/ });
  await expect(row).toContainText('Running');
  await row.getByRole('link').click();
  await expect(page.getByRole('list', { name: 'Running' })).toContainText('Running');

  sender.write('\n');
  expect(await sender.exit).toBe(0);
  await expect(page.getByRole('list', { name: 'Running' })).toHaveCount(0);
  const run = page.getByRole('table', { name: /Runs of this job/ }).getByRole('row', { name: /Success/ });
  await run.getByRole('link').click();
  await expect(page.locator('pre')).toContainText('120 rows read');
  await expect(page.getByText('Exit code')).toBeVisible();
});

test('the curl line that the portal printed reaches the open incidents page', async ({ open, portal }) => {
  const commands = portal.output.split('\n').filter((line) => /^curl/.test(line));
  expect(commands).toHaveLength(2);
  test.skip(spawnSync('curl', ['--version']).status !== 0, 'this machine has no curl');
  const page = await openIncidents(open, portal);
  const row = page.getByRole('row', { name: /最初のジョブ/ });
  for (const [command, word] of [
    [commands[1], 'Failed'],
    [commands[0], 'Success'],
  ] as const) {
    // Both were printed with one time; the second is sent as if it were a second later.
    const line = (command ?? '').replace(
      /"finished_at":"[^"]+"/,
      `"finished_at":"${new Date().toISOString()}"`,
    );
    const answer = spawnSync(line, { shell: true, encoding: 'utf8' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ success: true, job_key: 'hello-portal' });
    await expect(row).toContainText(word);
  }
});
