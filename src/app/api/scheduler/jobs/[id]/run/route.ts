import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { startRun } from '#features/runs/start-run.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.runSchedulerJob, async ({ request, note, params, caller }) => {
    const { jobId } = await getPluginJob(caller, params.id);
    const input = checkInput(api.runBody, await readJson(request), 'Invalid body');
    const { runId } = await startRun(caller, jobId, input);
    note({ run_id: runId });
    return jsonAnswer(202, { execution_id: runId, status: 'pending' });
  }),
);
