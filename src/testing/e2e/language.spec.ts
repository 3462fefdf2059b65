import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { serviceOf } from '#testing/browser/clients.ts';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';

for (const { locale, lang, incidents } of [
  { locale: 'ja-JP', lang: 'ja', incidents: '障害' },
  { locale: 'en-GB', lang: 'en', incidents: 'Incidents' },
  { locale: 'de-DE', lang: 'ja', incidents: '障害' },
]) {
  test(`a browser that asks for ${locale} gets ${lang}`, async ({ open, seeded }) => {
    const page = await open({ locale, as: seeded.staff });
    await page.goto('/incidents');
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
    await expect(page.getByRole('navigation').getByRole('link', { name: incidents })).toBeVisible();
  });
}

test('the switch changes the language at once and permanently', async ({ open, seeded }) => {
  const page = await open({ locale: 'ja-JP', as: seeded.admin });
  await page.goto('/jobs');
  await page.getByRole('button', { name: /アカウントメニュー/ }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await page.goto('/settings/members');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeVisible();
});

test('messages of the portal about a run are in the language of the user', async ({
  company,
  open,
  portal,
}) => {
  // The worker may still be adding the jobs of built-in plugins.
  await syncBuiltInPlugins({ now: new Date(), client: serviceOf(portal) });
  const page = await open({ locale: 'ja-JP', as: company.admin });
  await page.goto('/jobs?q=self-check%3Acheck');
  await page.getByRole('link', { name: 'ポータルの自己診断' }).click();
  await page.getByRole('button', { name: /^今すぐ実行/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: '実行' }).click();
  // A check that finds a problem on a busy machine reports it in Japanese, too.
  const latest = page.getByRole('region', { name: '最新の結果' });
  await expect(latest).toHaveText(/^(すべて正常です|(データベース|キュー|スケジューラー|ディスク): .+)$/, {
    timeout: 30_000,
  });
});

test('the sign-in page has the switch, too, and its choice lasts after sign-in', async ({
  company,
  open,
}) => {
  const page = await open({ locale: 'ja-JP' });
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await fillSignIn(page, company.admin);
  await expect(page.getByRole('heading', { level: 1, name: 'Incidents' })).toBeVisible();
});

test('the theme follows the system until the user chooses one', async ({ open, seeded }) => {
  const page = await open({ as: seeded.staff, colorScheme: 'dark' });
  await page.goto('/settings/account');
  const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
  const dark = await ink();
  await page.getByRole('main').getByRole('button', { name: 'Light' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect.poll(ink).not.toBe(dark);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});
