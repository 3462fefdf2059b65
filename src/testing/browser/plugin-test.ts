import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { type Company, createCompany, serviceOf } from './company.ts';
import type { PortalFacts } from './portal-facts.ts';
import { test as base } from './portal-test.ts';

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

interface StoriesOfWorker {
  plugin: TestPlugin;
  pluginCompany: Company;
}

// What a story asks for on purpose: a plugin that does not exist.
const expected = /404 \(Not Found\)/;

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

/** Gives a company's job a past. */
export async function addFinishedRuns(
  portal: PortalFacts,
  tenantId: string,
  title: string,
  count: number,
): Promise<void> {
  const service = serviceOf(portal);
  const { data } = await service
    .from('jobs')
    .select('id')
    .eq('tenant_id', tenantId)
    .eq('title', title)
    .single()
    .throwOnError();
  const runs = Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.now() - (index + 1) * 60_000).toISOString();
    return {
      tenant_id: tenantId,
      job_id: data.id,
      trigger: 'schedule',
      state: 'success',
      started_at: at,
      finished_at: at,
      ordered_at: at,
      duration_ms: 1_000,
    };
  });
  await service.from('runs').insert(runs).throwOnError();
}

/** A company with a remote plugin, and the pages of an admin and of a member of its staff. */
export const test = base.extend<Stories, StoriesOfWorker>({
  plugin: [
    async ({}, use) => {
      const plugin = await startPlugin();
      await use(plugin);
      plugin.stop();
    },
    { scope: 'worker' },
  ],
  pluginCompany: [
    async ({ portal }, use) => {
      const company = await createCompany(portal);
      // The worker would do so within a minute.
      await syncBuiltInPlugins({ now: new Date(), client: serviceOf(portal) });
      await use(company);
    },
    { scope: 'worker' },
  ],
  adminPage: async ({ open, pluginCompany }, use) => use(await open({ as: pluginCompany.admin, expected })),
  staffPage: async ({ open, pluginCompany }, use) => use(await open({ as: pluginCompany.staff, expected })),
});
