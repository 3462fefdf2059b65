import { z } from 'zod';
import { type Plugin, pluginColumns, toPlugin } from '#data/plugin-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import { parseManifest, type PluginJob, type PluginManifest } from '#domain/plugin/manifest.ts';
import type { Actor, AdminActor } from '#auth/actor.ts';

const pluginsMax = 500;

/** The plugins of a tenant by name. */
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

/** @throws NotFoundError also for a plugin of another tenant */
export async function getPlugin({ client, tenantId }: Actor, id: string): Promise<Plugin> {
  if (!z.guid().safeParse(id).success) throw new NotFoundError('Plugin not found');
  return toPlugin(
    unwrap(
      await client.from('plugins').select(pluginColumns).eq('tenant_id', tenantId).eq('id', id).single(),
    ),
  );
}

/** The stored manifest of a plugin; null when this version of the portal cannot read it any more. */
export function manifestOf(plugin: Pick<Plugin, 'manifest'>, now = new Date()): PluginManifest | null {
  const parsed = parseManifest(plugin.manifest, { now, defaultTimeZone: 'UTC' });
  return parsed.ok ? parsed.manifest : null;
}

/** What a plugin's manifest says of one of its jobs. */
export function manifestJobOf(plugin: Pick<Plugin, 'manifest'>, jobName: string): PluginJob | null {
  return manifestOf(plugin)?.jobs.find(({ name }) => name === jobName) ?? null;
}

/**
 * Names of the secrets of a job and when each was set; their values are shown to nobody.
 * @throws ForbiddenError for staff
 */
export async function listJobSecrets(
  { client }: AdminActor,
  jobId: string,
): Promise<{ name: string; updatedAt: string }[]> {
  const rows = unwrap(await client.rpc('list_job_secrets', { p_job_id: jobId }));
  return rows.map(({ name, updated_at }) => ({ name, updatedAt: updated_at }));
}
