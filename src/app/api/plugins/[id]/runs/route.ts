import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { listPluginRuns } from '#features/runs/plugin-runs.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.listPluginRuns, async ({ caller, params, query: { sort, ...page } }) =>
    jsonAnswer(200, await listPluginRuns(caller, params.id, { ...page, isNewestFirst: sort === 'desc' })),
  ),
);
