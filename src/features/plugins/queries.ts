import { z } from 'zod';
import { toInstant } from '#data/database-instant.ts';
import type { OffState } from '#data/plugin-job-row.ts';
import { type Plugin, pluginColumns, toPlugin } from '#data/plugin-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import { parseManifest, type PluginJob, type PluginManifest } from '#domain/plugin/manifest.ts';
import type { Actor, AdminActor } from '#auth/actor.ts';

const pluginsMax = 500;

/** Returns the plugins of a tenant by name. */
export async function listPlugins({ client, tenantId }: Actor): Promise<Plugin[]> {
  const rows = unwrap(
    await client
      .from('plugins')
      .select(pluginColumns)
      .eq('tenant_id', tenantId)
      .order('name')
      .order('id')
      .limit(pluginsMax),
  );
  return rows.map(toPlugin);
}

/** A plugin, and since when and by whom it is disabled. */
export type PluginDetail = Plugin & { off: OffState | null };

/** @throws NotFoundError for another tenant's plugin, too */
export async function getPlugin({ client, tenantId }: Actor, id: string): Promise<PluginDetail> {
  if (!z.guid().safeParse(id).success) throw new NotFoundError('Plugin not found');
  const row = unwrap(
    await client
      .from('plugins')
      .select(`${pluginColumns}, off_periods(since, since_by)`)
      .eq('tenant_id', tenantId)
      .eq('id', id)
      .is('off_periods.until', null)
      .single(),
  );
  const [open] = row.off_periods;
  return {
    ...toPlugin(row),
    off: open ? { reason: 'plugin_disabled', since: toInstant(open.since), by: open.since_by } : null,
  };
}

/** Returns a plugin's stored manifest; null if this version of the portal cannot read it. */
export function manifestOf(plugin: Pick<Plugin, 'manifest'>, now = new Date()): PluginManifest | null {
  const parsed = parseManifest(plugin.manifest, { now, defaultTimeZone: 'UTC' });
  return parsed.ok ? parsed.manifest : null;
}

/** Returns what a plugin's manifest declares about one of its jobs. */
export function manifestJobOf(plugin: Pick<Plugin, 'manifest'>, jobName: string): PluginJob | null {
  return manifestOf(plugin)?.jobs.find(({ name }) => name === jobName) ?? null;
}

/**
 * Returns the names of a job's secrets and when each was set. Their values are never shown.
 * @throws ForbiddenError for staff
 */
export async function listJobSecrets(
  { client }: AdminActor,
  jobId: string,
): Promise<{ name: string; updatedAt: string }[]> {
  const rows = unwrap(await client.rpc('list_job_secrets', { p_job_id: jobId }));
  return rows.map(({ name, updated_at }) => ({ name, updatedAt: updated_at }));
}
