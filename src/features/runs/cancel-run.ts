import { z } from 'zod';
import { unwrap } from '#data/unwrap.ts';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { parseRunState, type RunState } from '#domain/run-state.ts';
import type { Actor } from '#auth/actor.ts';

/**
 * Cancels a pending run at once. Asks a running one to stop: it finishes within seconds, or at its timeout if its
 * plugin ignores the request [rule 26: cancel]. Staff may cancel runs that they started.
 * @returns the new state of the run
 * @throws ForbiddenError, NotFoundError, ConflictError `canceled_run_was_not_finished` if it has already finished
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
  if (role !== 'admin' && !isOwn) throw new ForbiddenError();
  return { state: parseRunState(unwrap(await client.rpc('cancel_run', { p_run_id: runId }))) };
}
