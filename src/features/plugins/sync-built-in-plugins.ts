import { createServiceClient, type ServiceClient } from '#data/clients/service.ts';
import { declarePlugin } from '#data/plugin-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { readManifest } from '#features/plugins/read-manifest.ts';
import type { BuiltInPlugin } from '#plugins/contract.ts';
import { builtInPlugins } from '#plugins/index.ts';

const tenantsPerPage = 500;

async function* tenantsOf(client: ServiceClient): AsyncGenerator<{ id: string; timeZone: string }> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const rows = unwrap(
      await client.from('tenants').select('id, time_zone').gt('id', after).order('id').limit(tenantsPerPage),
    );
    for (const row of rows) yield { id: row.id, timeZone: row.time_zone };
    const last = rows.at(-1);
    if (!last || rows.length < tenantsPerPage) return;
    after = last.id;
  }
}

const declared = new Set<string>();

/**
 * Adds this version's built-in plugins, their jobs and schedules to each tenant. Safe to call repeatedly: existing jobs
 * and jobs that an admin deleted stay unchanged. Each process does it only once per tenant.
 */
export async function syncBuiltInPlugins({
  now,
  client = createServiceClient(),
  plugins = builtInPlugins,
}: {
  now: Date;
  client?: ServiceClient;
  plugins?: Readonly<Record<string, BuiltInPlugin>>;
}): Promise<void> {
  const manifests = await Promise.all(Object.values(plugins).map((plugin) => plugin.manifest()));
  for await (const tenant of tenantsOf(client)) {
    if (declared.has(tenant.id)) continue;
    for (const { default: written } of manifests) {
      const plugin = readManifest(written, { now, defaultTimeZone: tenant.timeZone });
      await declarePlugin(client, tenant.id, plugin);
    }
    declared.add(tenant.id);
  }
}
