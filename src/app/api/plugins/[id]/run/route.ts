import { z } from 'zod';
import { serveActor } from '#auth/authenticated-route.ts';
import { InvalidInputError } from '#domain/errors.ts';
import * as api from '#features/runs/operations.ts';
import { findJobOfPlugin } from '#features/runs/plugin-runs.ts';
import { startRun } from '#features/runs/start-run.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

const jobOf = z.object({ jobName: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.runPlugin, async ({ request, note, params, caller }) => {
    const given = await readJson(request);
    const jobId = await findJobOfPlugin(caller, params.id, jobOf.safeParse(given).data?.jobName ?? '');
    if (jobId === null) throw new InvalidInputError('Invalid job name');
    const { payload, cursor } = checkInput(api.runPluginBody, given, 'Invalid body');
    const { runId } = await startRun(caller, jobId, { payload, cursor });
    note({ run_id: runId });
    return jsonAnswer(202, { runId, status: 'pending' });
  }),
);
