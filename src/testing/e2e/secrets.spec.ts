import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';
import { serviceOf } from '#testing/browser/clients.ts';
import { addPerson } from '#testing/browser/company.ts';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import type { PortalFacts } from '#testing/browser/portal-facts.ts';
import { expect, test } from '#testing/browser/portal-fixture.ts';
import { screens } from '#testing/browser/screens.ts';

/** What must never reach a browser. */
const secretsOf = ({ secrets }: PortalFacts): string[] =>
  [
    'SUPABASE_SECRET_KEY',
    'TC_PORTAL_WEBHOOK_SECRET',
    'TC_PORTAL_PING_KEY',
    'TC_PORTAL_JWT_SECRET',
    'TC_PORTAL_DATABASE_PASSWORD',
    'CRON_SECRET',
  ].map((name) => {
    const value = secrets[name];
    if (!value) throw new Error(`The portal has no ${name}`);
    return value;
  });

// Also secret keys of other portals; supabase-js itself contains the prefix.
const anySecretKey = /sb_secret_[\w-]+/g;

const found = (text: string, secrets: string[]) => [
  ...secrets.filter((secret) => text.includes(secret)),
  ...(text.match(anySecretKey) ?? []),
];

test('no file that a browser can load contains a secret or the schemas of the API', ({ portal }) => {
  const folder = path.join(projectFolder, '.next', 'static');
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const name of files) {
    const text = fs.readFileSync(path.join(folder, name), 'latin1');
    // Every schema of zod has a property `_zod`.
    const unwanted = [...secretsOf(portal), 'SUPABASE_SECRET_KEY', 'service_role', '_zod'];
    expect(found(text, unwanted), name).toEqual([]);
  }
});

test('no page for staff or admins contains a secret, not even in the company of the secret', async ({
  open,
  portal,
  seeded,
}) => {
  const { data: first } = await serviceOf(portal)
    .from('tenants')
    .select('id')
    .order('created_at')
    .limit(1)
    .single()
    .throwOnError();
  for (const role of ['staff', 'admin'] as const) {
    const page = await open({ as: await addPerson(portal, first.id, role) });
    const paths = [
      ...screens.map(([, pathOf]) => pathOf(seeded)),
      '/settings/how-to-report?with=curl',
      '/settings/how-to-report?with=node',
    ];
    for (const address of paths) {
      const answer = await page.request.get(address);
      expect(found(await answer.text(), secretsOf(portal)), `${role} ${address}`).toEqual([]);
    }
  }
});

test('an admin of the first company can show the webhook secret, staff cannot', async ({ open, portal }) => {
  const { data: first } = await serviceOf(portal)
    .from('tenants')
    .select('id')
    .order('created_at')
    .limit(1)
    .single()
    .throwOnError();
  const page = await open({ as: await addPerson(portal, first.id, 'admin') });
  await page.goto('/settings/how-to-report');
  await page.getByRole('main').getByRole('button', { name: /Show/ }).first().click();
  await expect(page.getByRole('main').getByRole('textbox')).toHaveValue(
    portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
  );
  await expect(page.getByRole('main')).toContainText(portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '');
});

test('pages allow no inline scripts: each has a policy with its own nonce [rule 36: hostile text]', async ({
  open,
  seeded,
}) => {
  const page = await open({ as: seeded.admin });
  const nonces = new Set<string>();
  const paths = ['/sign-in', ...screens.map(([, pathOf]) => pathOf(seeded))];
  for (const address of paths) {
    const answer = await page.request.get(address);
    const policy = answer.headers()['content-security-policy'] ?? '';
    const script =
      policy
        .split(';')
        .map((part) => part.trim())
        .find((part) => part.startsWith('script-src')) ?? '';
    expect(script, address).toMatch(/'nonce-[^']+'/);
    expect(script, address).not.toMatch(/unsafe-inline|unsafe-eval/);
    expect(policy, address).toMatch(
      /object-src 'none'.*base-uri 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    nonces.add(/'nonce-([^']+)'/.exec(script)?.[1] ?? '');
    expect(answer.headers()['cache-control'], address).toMatch(/no-store|private/);
  }
  expect(nonces.size).toBe(paths.length);
});

test('x-middleware-subrequest opens no page and no machine route [rule 32: row level security]', async ({
  portal,
  seeded,
}) => {
  const names = ['middleware', 'src/middleware', 'proxy', 'src/proxy', 'pages/_middleware'];
  const values = names.flatMap((name) => [name, Array<string>(5).fill(name).join(':')]);
  for (const value of values) {
    const headers = { 'x-middleware-subrequest': value };
    const ask = (address: string, init: RequestInit = {}) =>
      fetch(portal.url + address, { redirect: 'manual', headers, ...init });
    for (const address of ['/incidents', `/jobs/${seeded.longJobId}`, '/settings/api-keys']) {
      const answer = await ask(address);
      const text = await answer.text();
      expect([200, 302, 303, 307], `${value} ${address}`).toContain(answer.status);
      // With status 200 the page contains the redirect.
      if (answer.status === 200) expect(text).toMatch(/NEXT_REDIRECT|\/sign-in/);
      expect(text).not.toContain('minpaku');
    }
    expect((await ask('/api/badge')).status).toBe(401);
    expect((await ask(`/runs/${seeded.failedRunId}/log`)).status).toBe(401);
    expect((await ask('/api/monitor/job-report', { method: 'POST', body: '{}' })).status).toBe(401);
  }
});

for (const next of [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
]) {
  test(`sign-in does not redirect to ${JSON.stringify(next)}`, async ({ company, open, portal }) => {
    const page = await open();
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, company.staff);
    await expect(page).toHaveURL(`${portal.url}/incidents`);
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await expect(page, 'who is signed in is not led away either').toHaveURL(`${portal.url}/incidents`);
  });
}
