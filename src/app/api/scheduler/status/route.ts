import { requireActor } from '#auth/api-actor.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { readSchedulerStatus } from '#features/scheduler/queries.ts';
import { toSchedulerStatusAnswer } from '#features/scheduler/api-shapes.ts';

/** The global switch, how many jobs there are, what is next, and whether scheduler and workers are alive [contract: scheduler]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/status', {
  GET: async (request) =>
    jsonAnswer(200, toSchedulerStatusAnswer(await readSchedulerStatus(await requireActor(request)))),
});
