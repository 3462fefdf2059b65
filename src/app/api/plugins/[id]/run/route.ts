import { z } from 'zod';
import { ConflictError, InvalidInputError } from '#domain/errors.ts';
import { readId, requireAdminActor } from '#features/kit/api-actor.ts';
import { readJson } from '#features/kit/api-input.ts';
import { jsonAnswer } from '#features/kit/http-answer.ts';
import { machineRoute } from '#features/kit/machine-route.ts';
import { findJobOfPlugin } from '#features/runs/plugin-runs.ts';
import { startRun } from '#features/runs/start-run.ts';

const body = z.object({ jobName: z.string(), payload: z.record(z.string(), z.unknown()).optional() });

/**
 * Starts a job of a plugin now, before everything that schedules started (contracts.md, Plugin runs; admins only). Optional
 * `payload` in place of the job's own. 202 with `runId`; 400 `Invalid job name`; 404 `Plugin not found`.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/plugins/:id/run', {
  POST: async (request, note, params) => {
    const actor = await requireAdminActor(request);
    const pluginId = readId(params.id, 'Plugin not found');
    const input = body.safeParse(await readJson(request));
    const jobId = await findJobOfPlugin(actor, pluginId, input.data?.jobName ?? '');
    if (!input.success || jobId === null) throw new InvalidInputError('Invalid job name');
    try {
      const { runId } = await startRun(actor, jobId, { payload: input.data.payload });
      note({ run_id: runId });
      return jsonAnswer(202, { runId, status: 'pending' });
    } catch (error) {
      if (error instanceof ConflictError && error.rule === 'run_belongs_to_an_enabled_plugin') {
        throw new ConflictError('The plugin is disabled', error.rule);
      }
      throw error;
    }
  },
});
