import { z } from 'zod';
import { unwrap } from '#data/unwrap.ts';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { parseRunState, type RunState } from '#domain/run-state.ts';
import type { Actor } from '#auth/actor.ts';

/**
 * Cancels a pending run at once; a running one is asked to stop and is over within seconds, or at its time-out when its
 * plugin does not listen [rule 26: cancel]. Staff may stop what they have started themselves.
 * @returns the state that the run has now
 * @throws ForbiddenError, NotFoundError, ConflictError `canceled_run_was_not_finished` when it is over already
 */
export async function cancelRun(
  { client, tenantId, role, userId }: Actor,
  runId: string,
): Promise<{ state: RunState }> {
  if (!z.guid().safeParse(runId).success) throw new NotFoundError('Run not found');
  const run = unwrap(
    await client.from('runs').select('requested_by').eq('tenant_id', tenantId).eq('id', runId).single(),
  );
  const isOwn = userId !== null && run.requested_by === userId;
  if (role !== 'admin' && !isOwn) throw new ForbiddenError('Only admins cancel runs');
  return { state: parseRunState(unwrap(await client.rpc('cancel_run', { p_run_id: runId }))) };
}
