import { serveActor } from '#auth/authenticated-route.ts';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import * as api from '#features/scheduler/operations.ts';
import { listPluginJobs } from '#features/scheduler/queries.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.listSchedulerJobs, async ({ caller, query: { limit, after, enabled } }) => {
    const { items, older } = await listPluginJobs(caller, {
      size: limit,
      position: after ? { direction: 'after', cursor: after } : null,
      isEnabled: enabled,
    });
    return jsonAnswer(200, { jobs: items.map(toSchedulerJob), next: older && formatTitlePageCursor(older) });
  }),
);
