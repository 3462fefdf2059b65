import { z } from 'zod';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { type RunInput, startRun } from '#features/runs/start-run.ts';

/**
 * Starts a new run that links to a finished one, with its payload and the job's current cursor unless others are given.
 * The finished run itself never restarts [rule 25: time-out and retry].
 * @throws ForbiddenError, NotFoundError, InvalidInputError, ConflictError `rerun_run_was_finished`
 */
export async function rerunRun(
  actor: AdminActor,
  runId: string,
  { payload, cursor }: Omit<RunInput, 'originRunId'> = {},
): Promise<{ runId: string }> {
  const { client, tenantId } = actor;
  if (!z.guid().safeParse(runId).success) throw new NotFoundError('Run not found');
  const origin = unwrap(
    await client
      .from('runs')
      .select('job_id, state, payload')
      .eq('tenant_id', tenantId)
      .eq('id', runId)
      .single(),
  );
  if (origin.state === 'pending' || origin.state === 'running') {
    throw new ConflictError('The run has not finished yet', 'rerun_run_was_finished');
  }
  return startRun(actor, origin.job_id, {
    payload: payload ?? origin.payload ?? undefined,
    originRunId: runId,
    ...(cursor !== undefined && { cursor }),
  });
}
