import { requireActor } from '#auth/api-actor.ts';
import { readQuery } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { formatTitlePageCursor, jobsQuery, toSchedulerJob } from '#features/scheduler/api-shapes.ts';
import { listPluginJobs } from '#features/scheduler/queries.ts';

/** The jobs that the portal runs, by name [contract: scheduler]. `next` of a page is `after` of the following one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/jobs', {
  GET: async (request) => {
    const actor = await requireActor(request);
    const { limit, after, enabled } = readQuery(jobsQuery, request);
    const { items, older } = await listPluginJobs(actor, {
      size: limit,
      position: after ? { direction: 'after', cursor: after } : null,
      isEnabled: enabled,
    });
    return jsonAnswer(200, { jobs: items.map(toSchedulerJob), next: older && formatTitlePageCursor(older) });
  },
});
