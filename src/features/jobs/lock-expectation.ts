import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Locks a job's expectation, or lets reports change it again.
 * @throws NotFoundError for another tenant's job, too
 */
export async function lockExpectation(
  { client, tenantId }: AdminActor,
  { jobId, isLocked }: { jobId: string; isLocked: boolean },
): Promise<void> {
  unwrap(
    await client
      .from('jobs')
      .update({ is_expectation_locked: isLocked })
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .select('id')
      .single(),
  );
}
