import { unwrap } from '#data/unwrap.ts';
import { scheduleColumns } from '#data/schedule-row.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { Actor } from '#auth/actor.ts';

/**
 * Returns a job that the portal runs, with its stored schedule, for a function that will change them.
 * @throws NotFoundError for another tenant's job, too, ConflictError (plugin_job) for an external job
 */
export async function findPluginJob({ client, tenantId }: Actor, jobId: string) {
  const rows = unwrap(
    await client
      .from('jobs')
      .select(`id, kind, is_enabled, schedules(id, updated_at, last_nominal_at, ${scheduleColumns})`)
      .eq('tenant_id', tenantId)
      .eq('id', jobId),
  );
  const job = rows[0];
  if (!job) throw new NotFoundError('Job not found');
  if (job.kind !== 'plugin')
    throw new ConflictError('Only jobs that the portal runs have a schedule', 'plugin_job');
  return { jobId: job.id, isEnabled: job.is_enabled, schedule: job.schedules[0] ?? null };
}
