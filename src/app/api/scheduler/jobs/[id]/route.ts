import { readId, requireActor } from '#auth/api-actor.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';

/** One job that the portal runs [contract: scheduler]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/jobs/:id', {
  GET: async (request, _note, params) => {
    const actor = await requireActor(request);
    return jsonAnswer(200, toSchedulerJob(await getPluginJob(actor, readId(params.id, 'Job not found'))));
  },
});
