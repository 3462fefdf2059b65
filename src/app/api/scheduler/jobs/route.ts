import { serveActor } from '#auth/authenticated-route.ts';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import * as api from '#features/scheduler/operations.ts';
import { listPluginJobs, listRunningRuns } from '#features/scheduler/queries.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.listSchedulerJobs, async ({ caller, query: { limit, after, enabled } }) => {
    const position = after ? ({ direction: 'after', cursor: after } as const) : null;
    const [{ items, older }, running] = await Promise.all([
      listPluginJobs(caller, { size: limit, position, isEnabled: enabled }),
      listRunningRuns(caller),
    ]);
    return jsonAnswer(200, {
      jobs: items.map((job) => toSchedulerJob(job, running)),
      next: older && formatTitlePageCursor(older),
    });
  }),
);
