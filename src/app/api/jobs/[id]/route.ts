import { readId, requireActor } from '#auth/api-actor.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { getBackgroundJob } from '#features/runs/background-jobs.ts';

/** One of them [contract: background jobs]. To staff an error shows its name and message only. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/jobs/:id', {
  GET: async (request, _note, params) => {
    const actor = await requireActor(request);
    return jsonAnswer(200, { job: await getBackgroundJob(actor, readId(params.id, 'Job not found')) });
  },
});
