// @ts-check
// npm run screenshots: takes the README's screenshots of a portal with the demo company and writes them to docs/images.
// --all=<folder> takes every screen instead: two widths, both languages and themes, empty and error states.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findBrowser } from './browser.mjs';
import { onCurrentNode, projectFolder } from './prepare.mjs';

const { values: options } = parseArgs({ options: { all: { type: 'string' } } });

const desk = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} file
 * @param {boolean} [fullPage]
 */
async function take(page, file, fullPage = false) {
  // The skeleton of a page disappears a moment after the page has loaded.
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
  await page.evaluate(() => document.fonts.ready.then(() => true));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Move the pointer so that no row is highlighted.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: file, fullPage, animations: 'disabled', caret: 'hide' });
  say(`  ${path.basename(file)} ${Math.ceil(fs.statSync(file).size / 1_000)} kB`);
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {{ email: string, password: string }} person
 */
async function signIn(page, { email, password }) {
  await page.goto('/sign-in');
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('form:has(input[name=password]) button').last().click();
  await page.waitForURL('**/incidents');
}

/**
 * Takes every screen in every look, for a person to review.
 * @param {import('@playwright/test').Browser} browser
 * @param {import('../src/testing/portal/start-portal.ts').TestPortal} portal
 * @param {string} folder
 */
async function takeAll(browser, portal, folder) {
  const { serviceOf } = await import('../src/testing/browser/clients.ts');
  const { addPerson, createCompany } = await import('../src/testing/browser/company.ts');
  const facts = { ...portal, output: portal.output() };
  const service = serviceOf(facts);
  const { data: tenant } = await service
    .from('tenants')
    .select('id')
    .order('created_at')
    .limit(1)
    .single()
    .throwOnError();
  const { data: job } = await service
    .from('jobs')
    .select('id, latest_run_id')
    .eq('tenant_id', tenant.id)
    .eq('job_key', 'minpaku-in-report')
    .single()
    .throwOnError();
  const { data: own } = await service
    .from('jobs')
    .select('id, plugin_id')
    .eq('tenant_id', tenant.id)
    .eq('job_key', 'web-booking-ping')
    .single()
    .throwOnError();
  const people = {
    admin: await addPerson(facts, tenant.id, 'admin', '青井 花子'),
    staff: await addPerson(facts, tenant.id, 'staff', 'Sora Staff'),
    empty: (await createCompany(facts, '株式会社はじめて')).admin,
  };
  const screens = /** @type {const} */ ([
    ['incidents', '/incidents', 'admin'],
    ['incidents-no-match', '/incidents?q=zzz', 'admin'],
    ['jobs', '/jobs', 'admin'],
    ['job', `/jobs/${job.id}`, 'admin'],
    ['job-delete', `/jobs/${job.id}/delete`, 'admin'],
    ['runs', '/runs', 'admin'],
    ['runs-no-match', '/runs?state=canceled', 'admin'],
    ['run', `/runs/${job.latest_run_id}`, 'admin'],
    ['run-drawer', `/runs?run=${job.latest_run_id}`, 'admin'],
    ['schedules', '/schedules', 'admin'],
    ['new-job', '/schedules?new=job', 'admin'],
    ['run-now', `/schedules?run-now=${own.id}`, 'admin'],
    ['job-plugin', `/jobs/${own.id}`, 'admin'],
    ['job-settings', `/jobs/${own.id}/settings`, 'admin'],
    ['schedule', `/jobs/${own.id}/schedule`, 'admin'],
    ['plugin', `/plugins/${own.plugin_id}`, 'admin'],
    ['plugin-runs', `/plugins/${own.plugin_id}/runs`, 'admin'],
    ['plugin-manifest', `/plugins/${own.plugin_id}/manifest`, 'admin'],
    ['plugin-new-job', `/plugins/${own.plugin_id}/new-job/send`, 'admin'],
    ['plugins', '/plugins', 'admin'],
    ['members', '/settings/members', 'admin'],
    ['tools', '/settings/tools', 'admin'],
    ['api-keys', '/settings/api-keys', 'admin'],
    ['how-to-report', '/settings/how-to-report', 'admin'],
    ['audit-log', '/settings/audit-log', 'admin'],
    ['account', '/settings/account', 'admin'],
    ['forbidden', '/settings/members', 'staff'],
    ['how-to-report-staff', '/settings/how-to-report', 'staff'],
    ['not-found', '/jobs/none', 'staff'],
    ['empty-incidents', '/incidents', 'empty'],
    ['empty-jobs', '/jobs', 'empty'],
    ['empty-tools', '/settings/tools', 'empty'],
    ['empty-api-keys', '/settings/api-keys', 'empty'],
    ['sign-in', '/sign-in', null],
    ['invitation-over', '/invite/nothing', null],
  ]);
  const looks = /** @type {const} */ ([
    ['ja-light-desk', 'ja-JP', 'light', desk],
    ['en-dark-desk', 'en-US', 'dark', desk],
    ['ja-dark-phone', 'ja-JP', 'dark', { ...phone, deviceScaleFactor: 1 }],
    ['en-light-phone', 'en-US', 'light', { ...phone, deviceScaleFactor: 1 }],
  ]);
  /** @param {readonly (readonly [string, string, keyof typeof people | null])[]} wanted */
  const takeLooks = async (wanted) => {
    for (const [look, locale, colorScheme, device] of looks) {
      for (const who of [null, 'admin', 'staff', 'empty'].map(
        (name) => /** @type {keyof typeof people | null} */ (name),
      )) {
        const mine = wanted.filter(([, , person]) => person === who);
        if (mine.length === 0) continue;
        const context = await browser.newContext({
          baseURL: portal.url,
          locale,
          colorScheme,
          ...device,
          ...(who === null ? {} : { storageState: people[who].session }),
        });
        const page = await context.newPage();
        for (const [name, address] of mine) {
          await page.goto(address);
          await take(page, path.join(folder, `${name}-${look}.png`), true);
        }
        await context.close();
      }
    }
  };
  await takeLooks(screens);
  const giveBack = await portal.database.hold();
  await takeLooks([['database-away', '/incidents', 'admin']]);
  await giveBack();
}

await onCurrentNode(async () => {
  const found = await findBrowser();
  if (!found) throw new Error('No browser was found: set PLAYWRIGHT_CHROMIUM to its program.');
  const { chromium } = await import('@playwright/test');
  const { startPortal } = await import('../src/testing/portal/start-portal.ts');
  say('Starting a portal with the demo company …');
  const portal = await startPortal({ args: ['--demo'] });
  const browser = await chromium.launch({
    ...found,
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    if (options.all) {
      await takeAll(browser, portal, path.resolve(options.all));
      return 0;
    }
    const folder = path.join(projectFolder, 'docs', 'images');
    /** @param {import('@playwright/test').BrowserContextOptions} look */
    const open = async (look) => {
      const context = await browser.newContext({ baseURL: portal.url, timezoneId: 'Asia/Tokyo', ...look });
      const page = await context.newPage();
      await signIn(page, portal);
      return page;
    };

    const japanese = await open({ ...desk, locale: 'ja-JP', colorScheme: 'light' });
    await take(japanese, path.join(folder, 'incidents.png'));

    const dark = await open({ ...desk, locale: 'en-US', colorScheme: 'dark' });
    await dark.goto('/incidents?q=stock-sync');
    await dark.getByRole('main').getByRole('row').getByRole('link').first().click();
    await dark.getByRole('main').getByRole('img').first().waitFor();
    await take(dark, path.join(folder, 'job.png'));

    const small = await open({ ...phone, locale: 'ja-JP', colorScheme: 'light' });
    await take(small, path.join(folder, 'phone.png'));
    return 0;
  } finally {
    await browser.close();
    await portal.delete();
  }
});
