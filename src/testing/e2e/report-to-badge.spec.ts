import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import type { Person } from '#testing/browser/company.ts';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import type { PortalFacts } from '#testing/browser/portal-facts.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { python } from '#testing/python/find-python.ts';
import { referenceSnippet } from '#testing/python/reference-snippet.ts';
import { startPython } from '#testing/python/start-python.ts';

// Only this file uses the portal's first company: the environment's secret reports for it.

const promiseMs = 2_000;
// The limit applies to an idle machine. One that also runs other tests may be late, but not ten times in a row.
const roundsMax = 10;

const environment = (portal: PortalFacts, key: string, title: string) => ({
  TC_PORTAL_MONITOR_URL: `${portal.url}/api/monitor/job-report`,
  TC_PORTAL_WEBHOOK_SECRET: portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
  TC_PORTAL_JOB_KEY: key,
  TC_PORTAL_JOB_TITLE: title,
});

/** Makes a job different from that of an earlier attempt. */
const ofThisTry = (name: string) => `${name} ${test.info().repeatEachIndex}.${test.info().retry}`;

const badge = (page: Page) => page.getByRole('navigation', { name: 'Main menu' }).getByRole('status');

const titleOf = (count: number) => `${count > 0 ? `(${count}) ` : ''}Incidents · TC Portal`;

async function readCount(page: Page): Promise<number> {
  await expect(page.getByRole('heading', { level: 1, name: 'Incidents' })).toBeVisible();
  return Number(/\d+/.exec(await badge(page).innerText())?.[0] ?? 0);
}

async function openIncidents(
  open: (options: { as: Person }) => Promise<Page>,
  firstAdmin: Person,
): Promise<Page> {
  const page = await open({ as: firstAdmin });
  await page.goto('/incidents');
  return page;
}

test('a user signs in as printed, and a report from the snippet in existing scripts appears within 2 seconds', async ({
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await open();
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  await fillSignIn(page, portal);
  await expect(page).toHaveURL('/incidents');
  const before = await readCount(page);

  const title = ofThisTry('minpaku-IN レポート作成');
  const sender = environment(portal, ofThisTry('minpaku-in-report'), title);
  const row = page.getByRole('row', { name: title });
  /** Runs the snippet around a `main`, and returns how long the open page took to show the full report. */
  const report = async (main: string, outcome: 'success' | 'error', words: string[]): Promise<number> => {
    const program = startPython(`def main():\n    ${main}\n\n${referenceSnippet}`, sender);
    const answeredAt = await program.said(`[TC Portal] 報告成功: ${outcome}`);
    const count = outcome === 'error' ? before + 1 : before;
    await expect(badge(page)).toHaveText(count === 0 ? '' : `Jobs with a failure:${count}`);
    await expect(page).toHaveTitle(titleOf(count));
    for (const word of words) await expect(row).toContainText(word);
    const tookMs = Date.now() - answeredAt;
    expect(await program.exit, 'the snippet does not hide a failure').toBe(outcome === 'error' ? 1 : 0);
    return tookMs;
  };
  const fastest = { error: Infinity, success: Infinity };
  for (let round = 0; round < roundsMax && Math.max(fastest.error, fastest.success) > promiseMs; round += 1) {
    const failing = 'raise ValueError("ファイルが見つかりません")';
    const failedMs = await report(failing, 'error', ['Failed', 'ファイルが見つかりません']);
    const succeededMs = await report('pass', 'success', ['Success', '処理完了']);
    fastest.error = Math.min(fastest.error, failedMs);
    fastest.success = Math.min(fastest.success, succeededMs);
  }
  expect(fastest.error, 'ms until a failure shows').toBeLessThanOrEqual(promiseMs);
  expect(fastest.success, 'ms until a success shows').toBeLessThanOrEqual(promiseMs);
});

test('the unchanged snippet from existing scripts, run on its own, reports its own error', async ({
  firstAdmin,
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, firstAdmin);
  const sender = startPython(
    referenceSnippet,
    environment(portal, ofThisTry('unchanged'), ofThisTry('Unchanged snippet')),
  );
  await sender.said('[TC Portal] 報告成功: error');
  await expect(page.getByRole('row', { name: ofThisTry('Unchanged snippet') })).toContainText(
    "name 'main' is not defined",
  );
  await sender.exit;
});

test('a function under the decorator of tc_portal.py reports its traceback', async ({
  firstAdmin,
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, firstAdmin);
  const sender = startPython(
    `from tc_portal import monitor\n\n@monitor()\ndef main():\n    raise RuntimeError("decorated failure")\n\nmain()\n`,
    environment(portal, ofThisTry('decorated'), ofThisTry('Decorated job')),
  );
  await sender.exit;
  const row = page.getByRole('row', { name: ofThisTry('Decorated job') });
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
  firstAdmin,
  open,
  portal,
}) => {
  test.skip(python === null, 'this machine has no Python');
  const page = await openIncidents(open, firstAdmin);
  await page.goto('/jobs');
  const sender = startPython(
    `print("started reading", flush=True)\ninput()\nprint("120 rows read")\n`,
    environment(portal, ofThisTry('command'), ofThisTry('Command job')),
    (file) => ['-m', 'tc_portal', 'run', '--', python ?? '', file],
  );
  await sender.said('started reading');
  const row = page.getByRole('row', { name: ofThisTry('Command job') });
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

test('a report from the printed curl command appears on the open incidents page', async ({
  firstAdmin,
  open,
  portal,
}) => {
  const commands = portal.output.split('\n').filter((line) => /^curl/.test(line));
  expect(commands).toHaveLength(2);
  test.skip(spawnSync('curl', ['--version']).status !== 0, 'this machine has no curl');
  const page = await openIncidents(open, firstAdmin);
  const row = page.getByRole('row', { name: /最初のジョブ/ });
  for (const [command, word] of [
    [commands[1], 'Failed'],
    [commands[0], 'Success'],
  ] as const) {
    // The shell would fill in whole seconds, and both reports could be sent in the same one.
    expect(command).toContain('$(date ');
    const line = (command ?? '').replace(/\$\(date [^)]*\)/, new Date().toISOString());
    const answer = spawnSync(line, { shell: true, encoding: 'utf8' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ success: true, job_key: 'hello-portal' });
    await expect(row).toContainText(word);
  }
});
