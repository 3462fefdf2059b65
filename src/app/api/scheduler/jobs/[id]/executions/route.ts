import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { listExecutions } from '#features/runs/background-jobs.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.listExecutions, async ({ caller, params, query }) => {
    const { jobId } = await getPluginJob(caller, params.id);
    return jsonAnswer(200, await listExecutions(caller, { jobId, ...query }));
  }),
);
