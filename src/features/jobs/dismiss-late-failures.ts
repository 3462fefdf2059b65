import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Marks the failures of a job that were reported late as known. Returns how many there were.
 * @throws NotFoundError for another tenant's job, too
 */
export async function dismissLateFailures(
  { client, tenantId }: AdminActor,
  { jobId }: { jobId: string },
): Promise<number> {
  return unwrap(await client.rpc('dismiss_late_failures', { p_tenant_id: tenantId, p_job_id: jobId }));
}
