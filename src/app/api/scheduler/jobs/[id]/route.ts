import { serveActor } from '#auth/authenticated-route.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import * as api from '#features/scheduler/operations.ts';
import { getPluginJob, listRunningRuns } from '#features/scheduler/queries.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.getSchedulerJob, async ({ caller, params: { id } }) => {
    const [job, running] = await Promise.all([getPluginJob(caller, id), listRunningRuns(caller, id)]);
    return jsonAnswer(200, toSchedulerJob(job, running));
  }),
);
