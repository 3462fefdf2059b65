import { readId, requireActor } from '#auth/api-actor.ts';
import { readQuery } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { listExecutions } from '#features/runs/background-jobs.ts';
import { executionsQuery } from '#features/scheduler/api-shapes.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';

/** The runs of a job, newest first [contract: scheduler]. `next` of a page is `after` of the following one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  '/api/scheduler/jobs/:id/executions',
  {
    GET: async (request, _note, params) => {
      const actor = await requireActor(request);
      const { jobId } = await getPluginJob(actor, readId(params.id, 'Job not found'));
      return jsonAnswer(200, await listExecutions(actor, { jobId, ...readQuery(executionsQuery, request) }));
    },
  },
);
