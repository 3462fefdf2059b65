import { limits } from '#domain/limits.ts';
import type { ServiceClient } from '#data/clients/service.ts';
import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { fromSchedule } from '#data/schedule-row.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { type Message, readMessage } from '#domain/message.ts';
import type { PluginManifest } from '#domain/plugin/manifest.ts';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';

export const pluginColumns =
  'id, plugin_key, name, kind, base_url, manifest, manifest_text, is_enabled, concurrency_limit, health, health_message, health_message_code, health_message_values, health_checked_at' as const;

type PluginRow = Pick<
  Tables<'plugins'>,
  | 'id'
  | 'plugin_key'
  | 'name'
  | 'kind'
  | 'base_url'
  | 'manifest'
  | 'manifest_text'
  | 'is_enabled'
  | 'concurrency_limit'
  | 'health'
  | 'health_message'
  | 'health_message_code'
  | 'health_message_values'
  | 'health_checked_at'
>;

/** A plugin of a tenant. */
export interface Plugin {
  id: string;
  pluginKey: string;
  name: LocalizedText;
  kind: 'built_in' | 'remote';
  baseUrl: string | null;
  /** The plugin.json from the last read; parse it before use. */
  manifest: unknown;
  isEnabled: boolean;
  concurrencyLimit: number | null;
  health: 'unknown' | 'healthy' | 'unhealthy';
  healthMessage: Message | null;
  healthCheckedAt: string | null;
}

/** Returns the stored manifest, with its keys in their original order if that is known. */
export function toManifest({
  manifest,
  manifest_text,
}: Pick<Tables<'plugins'>, 'manifest' | 'manifest_text'>): unknown {
  // The database makes sure that the text is the same JSON as the manifest.
  return manifest_text === null ? manifest : JSON.parse(manifest_text);
}

const declaredName = (manifest: Json): Json =>
  typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest)
    ? (manifest.name ?? null)
    : null;

/** Reads a row of plugins. */
export function toPlugin(row: PluginRow): Plugin {
  const health = (['healthy', 'unhealthy'] as const).find((known) => known === row.health);
  return {
    id: row.id,
    pluginKey: row.plugin_key,
    name: toLocalizedText(row.name, declaredName(row.manifest)),
    kind: row.kind === 'remote' ? 'remote' : 'built_in',
    baseUrl: row.base_url,
    manifest: toManifest(row),
    isEnabled: row.is_enabled,
    concurrencyLimit: row.concurrency_limit,
    health: health ?? 'unknown',
    healthMessage: readMessage(row.health_message, row.health_message_code, row.health_message_values),
    healthCheckedAt: row.health_checked_at === null ? null : toInstant(row.health_checked_at),
  };
}

/** A validated manifest, and the plugin.json that it was read from, which is stored. */
export interface DeclaredPlugin {
  manifest: PluginManifest;
  written: unknown;
  /** Jobs that become rows; an admin creates jobs from the others. */
  jobNames: readonly string[];
}

/**
 * Creates or updates a plugin and adds the jobs and schedules that are new in its manifest; existing ones keep the changes of
 * admins. Returns the plugin's id.
 */
export async function declarePlugin(
  client: ServiceClient,
  tenantId: string,
  { manifest, written, jobNames }: DeclaredPlugin,
): Promise<string> {
  const jobs = manifest.jobs.filter(({ name }) => jobNames.includes(name));
  const answer = await client.rpc('declare_plugin', {
    p_tenant_id: tenantId,
    p_plugin: {
      plugin_key: manifest.id,
      // Japanese first; screens that can, read both languages from the manifest.
      name: textIn(manifest.name, 'ja').slice(0, limits.plugins.name.max),
      kind: manifest.kind,
      base_url: manifest.baseUrl,
      manifest: written as Json,
      manifest_text: JSON.stringify(written),
    },
    p_jobs: jobs.map((job) => ({
      name: job.name,
      job_key: `${manifest.id}:${job.name}`,
      title: textIn(job.title, 'ja'),
      titles: typeof job.title === 'string' ? null : job.title,
      timeout_seconds: job.timeoutSeconds,
      max_attempts: job.retry.maxAttempts,
      backoff_seconds: job.retry.backoffSeconds,
      max_backoff_seconds: job.retry.maxBackoffSeconds,
      concurrency_limit: job.concurrency,
      schedule: job.schedule && fromSchedule(job.schedule, job.policies),
    })),
  });
  return unwrap(answer);
}

/** Records the result of the last check of a remote plugin. */
export async function notePluginHealth(
  client: ServiceClient,
  pluginId: string,
  health: 'healthy' | 'unhealthy',
  message: Message,
): Promise<void> {
  unwrapMaybe(
    await client.rpc('note_plugin_health', {
      p_plugin_id: pluginId,
      p_health: health,
      p_message: message.text,
      ...(message.code !== null && { p_code: message.code, p_values: message.values as Json }),
    }),
  );
}
