import { z } from 'zod';
import { ConflictError, InvalidInputError } from '#domain/errors.ts';
import { requireAdmin } from '#auth/actor.ts';
import { readId, requireActor } from '#auth/api-actor.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { findJobOfPlugin } from '#features/runs/plugin-runs.ts';
import { runBody } from '#features/runs/schemas.ts';
import { startRun } from '#features/runs/start-run.ts';

const jobOf = z.object({ jobName: z.string() });

/**
 * Starts a job of a plugin now, before everything that schedules started (admins only) [contract: plugin runs]. Optional
 * `payload` and `cursor` in place of the job's own. 202 with `runId`; 400 `Invalid job name`; 404 `Plugin not found`.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/plugins/:id/run', {
  POST: async (request, note, params) => {
    const actor = requireAdmin(await requireActor(request));
    const pluginId = readId(params.id, 'Plugin not found');
    const given = await readJson(request);
    const jobId = await findJobOfPlugin(actor, pluginId, jobOf.safeParse(given).data?.jobName ?? '');
    if (jobId === null) throw new InvalidInputError('Invalid job name');
    const input = checkInput(runBody, given, 'Invalid body');
    try {
      const { runId } = await startRun(actor, jobId, input);
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
