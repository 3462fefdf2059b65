import { ConflictError } from '#domain/errors.ts';
import { readId, requireActor } from '#auth/api-actor.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { getBackgroundJob } from '#features/runs/background-jobs.ts';
import { cancelRun } from '#features/runs/cancel-run.ts';

/**
 * Cancels what waits at once and asks what runs to stop [rule 26: cancel]: admins, and staff what they started. 409 when it is
 * over [contract: background jobs].
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/jobs/:id/cancel', {
  POST: async (request, _note, params) => {
    const actor = await requireActor(request);
    const id = readId(params.id, 'Job not found');
    await getBackgroundJob(actor, id);
    try {
      await cancelRun(actor, id);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      throw new ConflictError('Only a queued or processing job can be canceled', error.rule);
    }
    return jsonAnswer(200, { job: await getBackgroundJob(actor, id) });
  },
});
