import { serveActor } from '#auth/authenticated-route.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import * as api from '#features/scheduler/operations.ts';
import { getPluginJob, listRunningRuns } from '#features/scheduler/queries.ts';
import { setJobEnabled } from '#features/scheduler/set-job-enabled.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.setSchedulerJobEnabled, async ({ request, params: { id: jobId }, caller }) => {
    const { enabled } = checkInput(api.enabledBody, await readJson(request), 'enabled must be true or false');
    await setJobEnabled(caller, { jobId, isEnabled: enabled });
    const [job, running] = await Promise.all([getPluginJob(caller, jobId), listRunningRuns(caller, jobId)]);
    return jsonAnswer(200, toSchedulerJob(job, running));
  }),
);
