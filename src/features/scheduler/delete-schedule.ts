import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Deletes a job's schedule (admins). Runs in progress continue; the ledger is kept.
 * @throws NotFoundError if the job has no schedule, ForbiddenError
 */
export async function deleteSchedule(actor: AdminActor, { jobId }: { jobId: string }): Promise<void> {
  const { client, tenantId } = actor;
  const deleted = unwrap(
    await client.from('schedules').delete().eq('tenant_id', tenantId).eq('job_id', jobId).select('id'),
  );
  if (deleted.length === 0) throw new NotFoundError('Schedule not found');
}
