import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Deletes a job with its status, runs and logs.
 * @throws NotFoundError for another tenant's job, too
 */
export async function deleteJob(
  { client, tenantId }: AdminActor,
  { jobId }: { jobId: string },
): Promise<void> {
  unwrap(await client.from('jobs').delete().eq('tenant_id', tenantId).eq('id', jobId).select('id').single());
}
