import type { Page } from '@playwright/test';
import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { serviceOf } from './clients.ts';
import { type Company, createCompany } from './company.ts';
import { test as base } from './portal-fixture.ts';
import { type RemotePlugin, startRemotePlugin } from './remote-plugin.ts';

interface Stories {
  adminPage: Page;
  staffPage: Page;
}

interface StoriesOfWorker {
  plugin: RemotePlugin;
  pluginCompany: Company;
}

// Expected by a story that opens a plugin that does not exist.
const expected = /404 \(Not Found\)/;

/** A company with a remote plugin, and the pages of an admin and of a member of its staff. */
export const test = base.extend<Stories, StoriesOfWorker>({
  plugin: [
    async ({}, use) => {
      const plugin = await startRemotePlugin();
      await use(plugin);
      plugin.stop();
    },
    { scope: 'worker' },
  ],
  pluginCompany: [
    async ({ portal }, use) => {
      const company = await createCompany(portal);
      // The worker would do this within a minute.
      await syncBuiltInPlugins({ now: new Date(), client: serviceOf(portal) });
      await use(company);
    },
    { scope: 'worker' },
  ],
  adminPage: async ({ open, pluginCompany }, use) => use(await open({ as: pluginCompany.admin, expected })),
  staffPage: async ({ open, pluginCompany }, use) => use(await open({ as: pluginCompany.staff, expected })),
});
