import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { listBackgroundJobs } from '#features/runs/background-jobs.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.listBackgroundJobs, async ({ caller, query: { type, status, limit } }) =>
    jsonAnswer(200, { jobs: await listBackgroundJobs(caller, { type, state: status, limit }) }),
  ),
);
