import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';
import { findPluginJob } from '#features/scheduler/find-plugin-job.ts';

/**
 * Enables or disables a job that the portal runs (admins); runs in progress continue. Instants that are due while it is
 * disabled get a ledger row that says so, or are caught up on afterwards if the schedule says so
 * [rule 22: switching off]. Returns whether anything changed; no change is not an error.
 * @throws NotFoundError, ConflictError (plugin_job), ForbiddenError
 */
export async function setJobEnabled(
  actor: AdminActor,
  { jobId, isEnabled }: { jobId: string; isEnabled: boolean },
): Promise<boolean> {
  await findPluginJob(actor, jobId);
  return unwrap(await actor.client.rpc('set_job_enabled', { p_job_id: jobId, p_is_enabled: isEnabled }));
}
