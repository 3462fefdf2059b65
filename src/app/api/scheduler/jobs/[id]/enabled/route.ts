import { requireAdmin } from '#auth/actor.ts';
import { readId, requireActor } from '#auth/api-actor.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { enabledBody, toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import { getPluginJob } from '#features/scheduler/queries.ts';
import { setJobEnabled } from '#features/scheduler/set-job-enabled.ts';

/** Switches a job on or off (admins only) [rule 22: switching off]. Answers the job [contract: scheduler]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  '/api/scheduler/jobs/:id/enabled',
  {
    PUT: async (request, _note, params) => {
      const actor = requireAdmin(await requireActor(request));
      const jobId = readId(params.id, 'Job not found');
      const { enabled } = checkInput(enabledBody, await readJson(request), 'enabled must be true or false');
      await setJobEnabled(actor, { jobId, isEnabled: enabled });
      return jsonAnswer(200, toSchedulerJob(await getPluginJob(actor, jobId)));
    },
  },
);
