import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';

/** Returns how many jobs each of these plugins has. */
export async function countJobs(
  { client, tenantId }: Actor,
  pluginIds: readonly string[],
): Promise<Map<string, number>> {
  if (pluginIds.length === 0) return new Map();
  const rows = unwrap(
    await client
      .from('plugins')
      .select('id, jobs(count)')
      .eq('tenant_id', tenantId)
      .in('id', [...pluginIds]),
  );
  return new Map(rows.map((row) => [row.id, row.jobs[0]?.count ?? 0]));
}

/** What an admin can change about a job of a plugin. */
export interface JobSettings {
  jobId: string;
  title: LocalizedText;
  pluginId: string;
  jobName: string;
  payload: Readonly<Record<string, unknown>>;
  timeoutSeconds: number;
  maxAttempts: number;
  backoffSeconds: number;
  maxBackoffSeconds: number;
  concurrencyLimit: number | null;
  cursor: string | null;
  staffCanRun: boolean;
}

/** @throws NotFoundError for an external job, too */
export async function getJobSettings({ client, tenantId }: Actor, jobId: string): Promise<JobSettings> {
  const row = unwrap(
    await client
      .from('jobs')
      .select(
        'id, title, titles, plugin_id, plugin_job_name, payload, timeout_seconds, max_attempts, backoff_seconds, max_backoff_seconds, concurrency_limit, cursor, staff_can_run',
      )
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .single(),
  );
  if (row.plugin_id === null || row.plugin_job_name === null) throw new NotFoundError('Not found');
  const { payload } = row;
  return {
    jobId: row.id,
    title: toLocalizedText(row.title, row.titles),
    pluginId: row.plugin_id,
    jobName: row.plugin_job_name,
    payload: typeof payload === 'object' && !Array.isArray(payload) ? payload : {},
    timeoutSeconds: row.timeout_seconds,
    maxAttempts: row.max_attempts,
    backoffSeconds: row.backoff_seconds,
    maxBackoffSeconds: row.max_backoff_seconds,
    concurrencyLimit: row.concurrency_limit,
    cursor: row.cursor,
    staffCanRun: row.staff_can_run,
  };
}
