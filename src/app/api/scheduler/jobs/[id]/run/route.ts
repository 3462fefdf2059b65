import { requireAdmin } from '#auth/actor.ts';
import { readId, requireActor } from '#auth/api-actor.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { runBody } from '#features/runs/schemas.ts';
import { startRun } from '#features/runs/start-run.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';

/** Starts a job now (admins only) [contract: scheduler], with an optional `payload` and `cursor`. 202 with the run's id. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/jobs/:id/run', {
  POST: async (request, note, params) => {
    const actor = requireAdmin(await requireActor(request));
    const { jobId } = await getPluginJob(actor, readId(params.id, 'Job not found'));
    const { runId } = await startRun(
      actor,
      jobId,
      checkInput(runBody, await readJson(request), 'Invalid body'),
    );
    note({ run_id: runId });
    return jsonAnswer(202, { execution_id: runId, status: 'pending' });
  },
});
