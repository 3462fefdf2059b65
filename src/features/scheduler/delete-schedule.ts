import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Takes a job's schedule away (admins); what runs goes on, and the ledger stays.
 * @throws NotFoundError without a schedule, ForbiddenError
 */
export async function deleteSchedule(actor: AdminActor, { jobId }: { jobId: string }): Promise<void> {
  const { client, tenantId } = actor;
  const deleted = unwrap(
    await client.from('schedules').delete().eq('tenant_id', tenantId).eq('job_id', jobId).select('id'),
  );
  if (deleted.length === 0) throw new NotFoundError('Schedule not found');
}
