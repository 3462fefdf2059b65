import { readId, requireActor } from '#auth/api-actor.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { getPluginRun } from '#features/runs/plugin-runs.ts';

const sentence = 'Plugin run not found';

/** One run of a plugin [contract: plugin runs], or 404 `Plugin run not found`. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/plugins/:id/runs/:runId', {
  GET: async (request, _note, params) => {
    const actor = await requireActor(request);
    return jsonAnswer(
      200,
      await getPluginRun(actor, readId(params.id, sentence), readId(params.runId, sentence)),
    );
  },
});
