import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { createClient } from '@supabase/supabase-js';
import { startPortal, type TestPortal } from '#testing/start-portal.ts';

/** A remote plugin whose runs end when the test says so. */
export interface TestPlugin {
  url: string;
  /** Answers every call that waits, and each that comes after it, in this way. */
  answerWith(answer: object): void;
  /** Lets calls wait again. */
  hold(): void;
}

interface Stories {
  adminPage: Page;
  staffPage: Page;
}

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

interface StoriesOfWorker {
  portal: TestPortal;
  plugin: TestPlugin;
  adminSession: Session;
  staffSession: Session;
}

// Far from now in both directions: no story is to meet a run that the schedule has started.
const inTwelveHours = new Date(Date.now() + 12 * 3_600_000);
const [hour, minute] = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Tokyo',
  hour: '2-digit',
  minute: '2-digit',
})
  .format(inTwelveHours)
  .split(':')
  .map(Number);
/** When the plugin's job is scheduled for, as the screens say it. */
export const dailyAt = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

const manifest = {
  id: 'e2e-sync',
  name: { ja: 'E2E 同期', en: 'E2E sync' },
  version: '1.0.0',
  kind: 'remote',
  jobs: [
    {
      name: 'sync',
      title: 'E2E sync',
      route: '/sync',
      cron: `${minute} ${hour} * * *`,
      timeZone: 'Asia/Tokyo',
      timeoutSec: 120,
    },
    { name: 'report', title: 'E2E report', route: '/report', timeoutSec: 60, cursor: true },
  ],
};

async function startPlugin(): Promise<TestPlugin & { stop: () => void }> {
  let answer: object | null = null;
  const waiting = new Set<http.ServerResponse>();
  const end = (response: http.ServerResponse, body: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = http.createServer((request, response) => {
    request.resume();
    const { port } = server.address() as AddressInfo;
    if (request.url === '/plugin.json')
      return end(response, { ...manifest, baseUrl: `http://127.0.0.1:${port}` });
    if (request.method !== 'POST') return response.writeHead(200).end();
    if (answer) return end(response, answer);
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith(given) {
      answer = given;
      for (const response of waiting) end(response, given);
    },
    hold() {
      answer = null;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function signIn(
  page: Page,
  url: string,
  person: { email: string; password: string },
): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.locator('input[name=email]').fill(person.email);
  await page.locator('input[name=password]').fill(person.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/(incidents)?$/);
}

/** Signs in as a person does, and gives the session to start other windows with. */
async function startSession(
  browser: Browser,
  url: string,
  person: { email: string; password: string },
): Promise<Session> {
  const context = await browser.newContext({ locale: 'en-US' });
  await signIn(await context.newPage(), url, person);
  const session = await context.storageState();
  await context.close();
  return session;
}

/** Gives a job of the portal's a past. */
export async function addFinishedRuns(portal: TestPortal, title: string, count: number): Promise<void> {
  const keys = portal.secrets;
  const service = createClient(keys.NEXT_PUBLIC_SUPABASE_URL ?? '', keys.SUPABASE_SECRET_KEY ?? '', {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data } = await service
    .from('jobs')
    .select('id, tenant_id')
    .eq('title', title)
    .single()
    .throwOnError();
  const runs = Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.now() - (index + 1) * 60_000).toISOString();
    return {
      tenant_id: data.tenant_id,
      job_id: data.id,
      trigger: 'schedule',
      state: 'success',
      started_at: at,
      completed_at: at,
      ordered_at: at,
      duration_ms: 1_000,
    };
  });
  await service.from('runs').insert(runs).throwOnError();
}

async function addStaff(portal: TestPortal): Promise<{ email: string; password: string }> {
  const person = { email: 'staff@example.com', password: 'a password of some length' };
  const keys = portal.secrets;
  const url = keys.NEXT_PUBLIC_SUPABASE_URL ?? '';
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const anyone = createClient(url, keys.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? '', options);
  const signedUp = await anyone.auth.signUp(person);
  if (signedUp.error) throw signedUp.error;
  const service = createClient(url, keys.SUPABASE_SECRET_KEY ?? '', options);
  const tenants = await service.from('tenants').select('id').limit(1).throwOnError();
  await service
    .from('members')
    .insert({
      tenant_id: tenants.data[0]?.id,
      user_id: signedUp.data.user?.id,
      role: 'staff',
      email: person.email,
    })
    .throwOnError();
  return person;
}

/** A portal with its worker, a remote plugin beside it, and the pages of an admin and of a member of the staff. */
export const test = base.extend<Stories, StoriesOfWorker>({
  portal: [
    async ({}, use) => {
      const portal = await startPortal({ environment: { TC_PORTAL_ALLOWED_HOSTS: '127.0.0.1' } });
      await use(portal);
      await portal.remove();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  plugin: [
    async ({}, use) => {
      const plugin = await startPlugin();
      await use(plugin);
      plugin.stop();
    },
    { scope: 'worker' },
  ],
  // Once each: sign-in is limited.
  adminSession: [
    async ({ browser, portal }, use) => use(await startSession(browser, portal.url, portal)),
    { scope: 'worker' },
  ],
  staffSession: [
    async ({ browser, portal }, use) => use(await startSession(browser, portal.url, await addStaff(portal))),
    { scope: 'worker' },
  ],
  adminPage: async ({ browser, portal, adminSession: storageState }, use) => {
    const context = await browser.newContext({ baseURL: portal.url, locale: 'en-US', storageState });
    await use(await context.newPage());
    await context.close();
  },
  staffPage: async ({ browser, portal, staffSession: storageState }, use) => {
    const context = await browser.newContext({ baseURL: portal.url, locale: 'en-US', storageState });
    await use(await context.newPage());
    await context.close();
  },
});
