import { readId, requireActor } from '#features/kit/api-actor.ts';
import { jsonAnswer } from '#features/kit/http-answer.ts';
import { machineRoute } from '#features/kit/machine-route.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';

/** One job that the portal runs (contracts.md, Scheduler). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/jobs/:id', {
  GET: async (request, _note, params) => {
    const actor = await requireActor(request);
    return jsonAnswer(200, toSchedulerJob(await getPluginJob(actor, readId(params.id, 'Job not found'))));
  },
});
