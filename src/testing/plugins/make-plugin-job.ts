import { randomUUID } from 'node:crypto';
import { sql } from '#testing/database/clients.ts';

/** What a test can set in a job. */
export interface TestPluginJob {
  pluginKey: string;
  name: string;
  kind?: 'built_in' | 'remote';
  baseUrl?: string;
  secret?: string;
  manifest?: object;
  payload?: object;
  timeoutSeconds?: number;
  maxAttempts?: number;
  backoffSeconds?: number;
  concurrencyLimit?: number | null;
  pluginConcurrencyLimit?: number | null;
}

/** Creates a plugin and its job for a test. */
export async function makePluginJob(
  tenantId: string,
  job: TestPluginJob,
): Promise<{ jobId: string; pluginId: string }> {
  const [plugin] = await sql<{ id: string }[]>`
    insert into public.plugins (tenant_id, plugin_key, name, kind, base_url, manifest, concurrency_limit)
    values (${tenantId}, ${job.pluginKey}, ${job.pluginKey}, ${job.kind ?? 'built_in'}, ${job.baseUrl ?? null},
      ${sql.json((job.manifest ?? {}) as never)}, ${job.pluginConcurrencyLimit ?? null})
    on conflict (tenant_id, plugin_key) do update set concurrency_limit = excluded.concurrency_limit
    returning id`;
  const pluginId = plugin?.id ?? '';
  if (job.secret !== undefined) {
    await sql`
      insert into private.plugin_secrets (plugin_id, signing_secret) values (${pluginId}, ${job.secret})
      on conflict (plugin_id) do nothing`;
  }
  const [row] = await sql<{ id: string }[]>`
    insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, payload, timeout_seconds,
      max_attempts, backoff_seconds, concurrency_limit)
    values (${tenantId}, ${`${job.name}-${randomUUID()}`}, ${job.name}, 'plugin', ${pluginId}, ${job.name},
      ${sql.json((job.payload ?? {}) as never)}, ${job.timeoutSeconds ?? 60}, ${job.maxAttempts ?? 1},
      ${job.backoffSeconds ?? 0}, ${job.concurrencyLimit ?? null})
    returning id`;
  return { jobId: row?.id ?? '', pluginId };
}
