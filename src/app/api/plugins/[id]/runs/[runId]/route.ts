import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/runs/operations.ts';
import { getPluginRun } from '#features/runs/plugin-runs.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.getPluginRun, async ({ caller, params: { id, runId } }) =>
    jsonAnswer(200, await getPluginRun(caller, id, runId)),
  ),
);
