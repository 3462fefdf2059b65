import { serveActor } from '#auth/authenticated-route.ts';
import { toSchedulerStatusAnswer } from '#features/scheduler/api-shapes.ts';
import * as api from '#features/scheduler/operations.ts';
import { listRunningRuns, readSchedulerStatus } from '#features/scheduler/queries.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.getSchedulerStatus, async ({ caller }) => {
    const [status, running] = await Promise.all([readSchedulerStatus(caller), listRunningRuns(caller)]);
    return jsonAnswer(200, toSchedulerStatusAnswer(status, running));
  }),
);
