import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { getBackgroundJob } from '#features/runs/background-jobs.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.getBackgroundJob, async ({ caller, params }) =>
    jsonAnswer(200, { job: await getBackgroundJob(caller, params.id) }),
  ),
);
